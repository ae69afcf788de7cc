"""Pictures for figures that are given none: three scenes of `data.pets` (seed 21), as WebP of 64 or 96 pixels."""

from __future__ import annotations

SCENES: dict[str, str] = {
    "dog": (
        "data:image/webp;base64,UklGRpgDAABXRUJQVlA4IIwDAABwGgCdASpgAGAAPxGGuFgsKKSjo5QJwYAiCWMAvJx9DtCQPRp2XBvxxu+z9"
        "nG7uBPuglIbbg7gkSs5n8eroUIPsiFc4OiP8gOwdgM5mDbfMHe4xssUpvGhfv/QOWVv0oCN3Siqe2rDPHhu7hNgZNuPj5v+KFzIX8GnGposZ"
        "km7j1BLb8HOdp+DcUvgdFSr8KsMABG86yrZefCRrLVo9zAYgQ3cTucD6r9mnZrIWhCGiLQO7jbw8Gy/Mjwxn8jGF1gbBJOCKKNN3V+K0P1Kw"
        "hC/1aSP3kCivYunTsAAAP40ToCGmVD6kSsnMwqDPeqya355Mtbbi+JyG90hWs3QjkIpJitW/gvZasf90CiqdKUoCh7eHuZBSXn74XZXJPm0M"
        "Mc7xkxkGw9tmbdiETc4Wf0J2EDpRCPZsiGPVgKmd1ZY8RvQlRG+OwI2POxjvdXw6dJbV3uj5aEs6nmwlq0/uz/x0oLM7FoKFg6xH9rP5a/5Y"
        "ybAuaoh3DGCmhL4G7ZBY2o69GJrgNisAu3D0ljCx7pxAT3I3rHf9NFH6dVQUaSVTSgFrwX+txD8+xThF2NtMT+YghyK4CVA0fHm9Ts3LQfu9"
        "tpJW5wpFE/Pf8h/w+seIHgRxIZoQU5onb2iB92h7FXtVaXNpPEVX1dkiBlIpAebt67NiO8MOGZlbUgvHi/kKv1A0OezYqokOoFTbTVu7FSsh"
        "hV9fTglGvdQCIvzo4l5D0tmLHkkiLM9zRwoYtLpYrXtX0LMwZxZzS5jKEk1fohdG3ukqhsMNVbeFR7puz+9pAmRwt1yqIXTFxKgqgRl7Zml5"
        "V04m5NFUKBJNSZmxcqAlsz6rvGcQQ/6qH+a21i1HrtQGt+jTUsN71jAMKt1kxZMq8w4OnolksgMDbw+0CfAk8S9PuJ23HSTlLU82UgmfbLwA"
        "zS+SViDafAXyBu+bUB2TK2tfICoOXFqWLNXv/GMHCwhzWYZKIk08EVmZUp5CuQUQizn8iEl6hmYDGPSv4Mx7zQ1xLJpa78/M5ppSKDWmg+2v"
        "uR5bXv6tVt/lssAee7DBD1oeXAuTRtxEHNTAH76bJyjfd9Qo6cdgICRSGjS+olhU2VRHiu917pNgwF8Vr1RN00d+tkQWa2HbHoSkhyIABRqV"
        "c3nhYShcbYfpwS5YDAz7ZGTscSTpcZZ3JWl9N9wFh7ebxXK32KFVpuVup4wxEGfLu5Nw+wAAA=="
    ),
    "cat behind a dog": (
        "data:image/webp;base64,UklGRrIGAABXRUJQVlA4IKYGAACQIACdASpgAGAAPwVmplArpSMitVqsAXAgiWcA0rOqnwQxO9E4SVxOzXQAn"
        "p5heoKaeWl8mSkzte6n/yr8+2xN23e2NUmJyqGGccA8Hm5v6Lwqqpd0a1U5aUNdb/DCV1gcUgmlaMn6gpDGrpYssCGYZFVqaXHa7smWr2rmV"
        "OPCeE/OUeEPXaUs6lmdDmHXdLwE1DAkqOQoh6T/3a0Ulr16BHMNhtzwYcNXAVH348CTNRSCLtG7I3JeNVB6m1JcVVFVYzFKPYuYBwU3qutYw"
        "JaGyE1jCV2YmHUIWZDdOsPOKTH2iFgE7wn5viZ801Y9DqmTI0wdjPMSJZ+zBEjWbXESc+70h1qwdCCuKIO/XAD3BTta85Jcn1gmQYYKbs0QI"
        "KLBA1Ospry/iLMTHyO1P37fppykLIsgF2cKiJkx7vY/Fts7RTG0wK+QgLk+jRlpLo+Ho4wr6TtQb02Ue+4WKlwBbtS4oVoufq53OofMl8MMQ"
        "V0bemcEbyV7mm7mdfZ8+qE8zAAl4ZVPordordyH45IEyhE27aO+/DCAfIfPvRiqfjGWjxggsdX9VxieX3JNpVkFXpHiFvdJaskZ2sY+jR7jN"
        "Cb8Xxd+PevTwCau1CX9KKzAwBcy52TilDPGDUeWpmq/rgV4FrWobCGDrutyPjq/Bf+W1YJzEpIRvr91MvJKqb37EHIUpRatmO3n5KxLT9J+i"
        "KgmI7XrgoJVSb68pj9ow8X4I9/BsOOnlygh1k9VkH/T2UrB4y9kioUEoN6rKcdZyo6QgvVkGeBHkzQtcgCIyphe8hNwqt+QDOrbKtMEbKp4q"
        "k+8n6nhSPFCQnMNYiVsh2CACW+a3Rf36OL1eIatFfW8O+qg7lDtU/FZvaU5Dsd4WK4KgtjxzFuWeVlOpfm+J0d+3QZ8EY6UcRXRyeRciddv7"
        "9vjGfiHYxVOqYyw9FWMDc2ISXJqo5Do/eDs2zfnFrWAb+oAqfVzDfh+nB6qQy2bKovDHjnvbWsMVQCIOITux2vWXRHbLv8oKs9B8U0E29YHB"
        "5OKmlg909/1Ss3Bn8zSW4qRhujCNMjZPT8M3sB9R8QekreNTMkd57sb2lej4mp2FSA9sjWJ8eZm78ZkYwM9o08HQjUkiaGQILdQtaewQXr9V"
        "cx+dyTZnI3OVYD6HRlwuF3ndjsDaX45443qXqg7hbyZIKVVYSTgFK/nmJN5g7357Y5ZlqiY/MPdGxxHyJ9z69xqbSMXctj1nAzlLvlheLkaT"
        "wUFqr0r2ScJFn/B85+rsQaj1gpCSyJdOaSrG+kqBaU6DfHtSXHTlwQhXjp5OWENtLPe6HQmaRLK3QLz5Z0KDUn9R3NDvvN1oxJwu7eh/KGrc"
        "UoReIC9d9PO3WHwv0KkKQ8YT5kqIomkR3UrJi0Cuy/wA53FUzQ+2hqeE1o39UDZNNcAISSNSFZDoBZbrn1M9Y8eJkR9sq0QI17uqLh+hr9vh"
        "adFTPd6KDC7tkosmpNCBQU6kdQ/x7hyikZXAIOrNwaqxeh8rKgza2gFUu97TZ+lLT9ZFzLUBRLiRoQg/9a/tztvsx49CFnf76iWabrhRHNe6"
        "OiOw7ug26iRKH2nNqVq/f8YIzCCQEquwxE7E9aIji5L6mwYunLnxi2RcjX4Q/TO1VN6Gbut8sgrdJDLTO6A7Hhwodnah0sJrwRZqSz+3j2x3"
        "AAoLASndk2XZjZLGGg4m9GpLQVgmEya9tVGJh9LCLzBvdn3U8d3XxtHWaPhIT9PM5F4z98P8XnE4EfZgUMoGNUQGlvz4BcYBNjJ4qgjBuONh"
        "T9+RZGndbbcoDXnZL0VMoilnaUzHP0pynCV+wDNHQSNf9ufXSAhg1C71g2NqXy2u/JVUXsqi9wjdbV8kCGDBA4zy44X7vXrQxWYqtz+qVNOC"
        "A+TFYMDLxnF7jQx47sq/LzXxiiTFmgKmE7iDJU0w7o0us5t7D9Txqx4rdWEWpX92Wua2uhSUHLL7XCDojkxqkOjXSocyddxruF6Cm4Cn4Bjh"
        "WFK3FCRQO+mTUlUEs1qJckLzs5V7HeAvUR3fJ9hT3hwHaMv7RftQ2wqdftsPJsI0WLIia61ztlb3J/JawzKYAaOssbPp2ZtP4UqZ9jAAHnod"
        "tYf+qgbQ51Gk0UvNo1kvZnkgiFtT4NkM/JPysr9Fe8I7inCkbze/uREYbuKNtIOspIbH6BcHYYA4V0IddW2J7c+hxmkzTK+FaFS4U4Slaq1i"
        "IaAkKvTpK4y0Dp3G2jege6qtJDJqj5RkXcgWgDbGYkrJm/c6AAA"
    ),
    "cat and dog": (
        "data:image/webp;base64,UklGRo4CAABXRUJQVlA4IIICAABwEwCdASpgAGAAPxGEuVesKCUjorVaaYAiCWVrlVyrpqufZs7Kn6+HwZkaV"
        "gfR7465qmSPBpsw2lqd8IdHcwHj0lVYUzwnkUIejiTpYKqQt/dqthmV+Dy3GoQFafdlYgUe2aOo/e/d5jvj3CTuqPxztFUUHHSp1o40i/bnr"
        "Nb49tDvF7cF8dxceoG+RXpfGBXCY6Nha5dl3Qq0SepXPuTlI+hWwAD+psSMNc9JIaDAorYBI/+WuT9L3lXq8xgIzkrOeTurL4iatQaSea9+1"
        "Vf3+JgcIbUu/NUnXq5ycQcD/NZd8wWt95QuFGWfYPswZ0n/gPfvqmPPfEArgRBTyqXQ6FkMxPBiRqCWJASbNRXzqJEl2kkq+wq21F/eLxsfF"
        "FQGlHJsOeWH8jXIldmB3XiIbOtbfJKi0hhLy6xBTJtM1lu+wGtlwUiWRaI/ASB5ibipIiIRG2SE0otrHN98LAckkiTlruDCmU6XokqJs/R6X"
        "cnn19wjgRybBV25LbqVSgsjjuR5jvaqNFaL6iek/nlNOzhAcziEvKMRqi4FDCdhNCT1NeXXIGUwxTaR0+eVS0RWPcWG2NLVCMkxnaS0dVFsk"
        "ygL3Tc9jCd0VwF+zlcyEWlIaFDDK36cVNuJTQ8GI6IMqdOqdvvY/sGfLIvYdJDm3WjrU2xCE1+6IiYdlMAwwGTFB3TFvoTGB9ufTEi11slH9"
        "GZdpM2plAv17U+H1f81k1H8Zcqx1IllwkUpwInFX0iVynOdTwcNiz4C87GXQaX3/p3aFFF5iyPjpb/tx9g21E/h0Tx9smr7GVzwZAIeXNvfw"
        "T7wrerKed5NUJEEJkjyFhYUNgpN3U5I8qi5ACiiAAA="
    ),
    "small: cat behind a dog": (
        "data:image/webp;base64,UklGRlADAABXRUJQVlA4IEQDAADQDwCdASpAAEAAPuliolApJiMiu/24ASAdCWUAzy+pqwX0EgInDbMU2mXRq"
        "CmpU0WlJUkY0XpfHTiqo+hpf3u7y4r6sXA9QaHAuGQJRapWtOjAu/8Soll6K49HLiSI5lbTJogl1NBBdwOapLSxSXFlPjeG2fISnvPX/s2hL"
        "PlCA14cFehzicAAyiRIhjYm74+BIbOVGeILRzAkwt61R0HKcTowc3vu0KX2rg7xf/Fmcf44/zCnuGOFtYgvFo1q9gMP8JDNweXzHNlpRPdet"
        "HNCvqXUcOL1X3vrT7yzksTc6XVr8v7ou6ZMrsyh9WPzZX8zHkgvNgA0TnLXBTJZYAzGOZOX0ZnRYAQJmvaZ66nynKbVJtGsTl5VmCMnOzVtP"
        "ETXGoHafLNWV+VzhsEYS4sUCbi81SJ8vDgclDB8UiKm2KO7/M23nijIiPzWTM9RyuU6Amelg4ioJlNl4YGwHVZFQ76LQptfjt0ghkeAPnytb"
        "HFTUAhTpTR9iGtdOzTXg/9IcN4dn7a3U0/Drl/jpQaGhvWkP53Jrm/wFdUgbEs9xIvteCTJ02ybnQJBhi1qoyYdwLNL5MVPXHJ7vGl9QlnuA"
        "VkI6sGhASW6UoKWcV6kA10KsKTx8+Pz0JwNPgx0YEYcj4aZmlq+5AWQ297laQIxkt3gebSc6ArMqybMFjG+lv3QreHuZoin327FRRzGVxxxj"
        "EL166nwK12+x/rUQ0vssHPWJm6Xixlgdmf0Fz2OMt4eP64ePH9p2syUVGESefaSdP7Y5Ia9NmmlH8BbyXSpAkw86gfVOozU1ssoTUwvlCTI2"
        "3UGpqeWZyDoWodXvTPorsjJyzfON4b0ny5KaoB4Hkg7KxN/gW/9s1iVwXcixH44MemPh4/3ZJo6sX3ikCeXVwWv1whWnGNsMVSjaEsjvgTxB"
        "kwe2lWMp6dtnVn4GRjlGIelPY6IcyCibIMjxApFtRUAj//FAtZ14f1hGC+kG0m/aNbZjW4238RVhMUSRpnc15+9bw4qJSyBXxXxB/R/tc6VA"
        "UKAwKqBJU1AUKd/TTwAjhBJfYD9Uz++FKo3vlC/Sin/W4vywIhXmH9XHAqQuP9k+ukacwllJzLokZVmGAAAAA=="
    ),
    "small: cat": (
        "data:image/webp;base64,UklGRhACAABXRUJQVlA4IAQCAADwDACdASpAAEAAPxFqrVCsJaQisfjqSYAiCWIAvwAQjdVwuJfQva4+akpCS"
        "RlzEL3sq6nFArqJIbJke+TL+ZUcKQRpZEP90hTEHINwMsZrwGacY1IbcR1jndinIGVv+mPYO7ghMBtV5JX6s5pahcMAAP6IFtdHA2cp57nPi"
        "8UO9wCOudbjkmbTBdqd2KdkA76UJ1vYox45jEh79W1RSfP4xTADn1aTul/FK961LQGuKdLk0EiryRQ9NR4hCflzUqsMi2Xo/2YeI7M2IXUxQ"
        "vigJFOqMBKBhcrrct4bJbPeb/WAqrrrFJlsz08X1MCzi5SSnDerlS9khn/Jq+YD7QMzG1Dii5XsuIga+i5F4PTlHDIoFo4CVBceTXOn4KbV3"
        "e7KLuIYOI5Hvs6dQ5+CHhNimtN1jCU+B412zvL7VO68Vddgynpsca3oM6VZrEjlewi5CfNFyKvRGKbCSwwL37aZfFfXUjfIK4DUNkFZqW8Q0"
        "/iH0xQ1vAl9xUgX3LsFbBpJ7k8bPCPJDopRDWo3Xngz0JHjtQ/wtT0lrukPqCvxCG7LO9WN76YhuiRr19lkmtr11a4uSiphnUshYF8yGqj2z"
        "ppuDH1eeYS1pMW8kUqrjK+lvj/05tH4VAB8mqUZRkOejKO4MIM0sOv65lQhVf/HM9fTo3Nv8IOroCB4O1WlW6VAAAA="
    ),
    "small: cat and dog": (
        "data:image/webp;base64,UklGRpYBAABXRUJQVlA4IIoBAADQCwCdASpAAEAAPxFyslUsJaQjLhJLiYAiCWUAzjs3a/n9eCztRAxhNQuTb"
        "L2Y0SD3F6FVCxNDiFME1G08z0uiOHcqiClkk/8RomZrVtgNEjOVka/g3QSgsEJzE6D1jDXkJZqHx0IAAP6lmLrANS2bWPaEurk/S94MttUca"
        "1kXfhGqUkSFJvYw5gA0q/dg2Es1d6fgZYAYtrjUt21WBKNuGDUp8RPH66m+vfxshhceodFkTqvVYtvlLFLz5agAVJIPZPVbo31B7MQGroT7m"
        "EMD12QpmIMmPwGo0bAN2OHu35DWHr5PSzN5Bk9GRiEVg0JvhJxWb5ys8lljHKimwdbKimdA1G9MCpW9WLZDXk9DLbKMBmUQ3FB+p/xUor/fx"
        "MywLLKckTx54YO4EALLoknpozqXJFqNOye3sdcMQaQvch2iwn2mpS73Af6w6mqbkCJbxdMMst9of6vz6SRatE/vjDqorgAKvAYP0X48HegtP"
        "TXhux8lcnhIR2wAPYH+NNkoXRe7qO5HwAAA"
    ),
}
