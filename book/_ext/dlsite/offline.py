"""Sphinx extension: a site that asks no other host for anything, and works from file:// too."""


def drop_scripts(app, pagename, templatename, context, doctree):
    """Leave out the widget manager's state and Thebe, which load from other hosts (and Thebe throws an error)."""
    metadata = getattr(app.env, "nb_metadata", {}).get(pagename, {})
    metadata.get("js_files", {}).pop("ipywidgets_state", None)

    def thebe(script):
        return "thebe" in str(getattr(script, "filename", script)).lower() or "THEBE" in str(
            getattr(script, "attributes", "")
        )

    context["script_files"] = [script for script in context.get("script_files", []) if not thebe(script)]


def one_header(app, config):
    """Switch off the second header bar that sphinx-book-theme shows on this version of pydata-sphinx-theme.

    Done here, because html_theme_options in _config.yml would replace all that Jupyter Book sets.
    """
    for name in ("navbar_start", "navbar_center", "navbar_end", "navbar_persistent"):
        config.html_theme_options.setdefault(name, [])


def setup(app):
    """Connect the steps above."""
    app.connect("config-inited", one_header)
    app.connect("html-page-context", drop_scripts, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True, "version": "1"}
