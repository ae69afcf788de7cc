"""Wrong answers to the exercises of sequence-to-sequence.ipynb, as learners give them.

Each cell is a whole answer, headed by the name of the exercise and the misunderstanding behind it; the tests prove that
it loses marks. A line `says:` gives words from what the visible check must say; without it, only the hidden tests have
to notice.
"""

# ruff: noqa

# %% hand: forgets to normalise
# says: add up to one
weights = [1, 2, 5]
mixture = [16, 48]
masked = [1, 2, 0]
raised = [1, 2, 5]

# %% hand: takes the largest state only
# says: a softmax mixes all of them
weights = [1 / 8, 2 / 8, 5 / 8]
mixture = [0, 8]
masked = [1 / 3, 2 / 3, 0]
raised = [1 / 8, 2 / 8, 5 / 8]

# %% hand: takes the plain mean
# says: the plain mean
weights = [1 / 8, 2 / 8, 5 / 8]
mixture = [4, 4]
masked = [1 / 3, 2 / 3, 0]
raised = [1 / 8, 2 / 8, 5 / 8]

# %% hand: masks after the softmax
# says: mask before the softmax
weights = [1 / 8, 2 / 8, 5 / 8]
mixture = [2, 6]
masked = [1 / 8, 2 / 8, 0]
raised = [1 / 8, 2 / 8, 5 / 8]

# %% hand: masks with a score of zero
# says: not a mask
weights = [1 / 8, 2 / 8, 5 / 8]
mixture = [2, 6]
masked = [1 / 4, 2 / 4, 1 / 4]
raised = [1 / 8, 2 / 8, 5 / 8]

# %% hand: divides scores by their sum
# says: The exponential is missing
weights = [0, np.log(2) / np.log(10), np.log(5) / np.log(10)]
mixture = [2, 6]
masked = [1 / 3, 2 / 3, 0]
raised = [1 / 8, 2 / 8, 5 / 8]

# %% hand: thinks that larger scores flatten the weights
# says: raised
weights = [1 / 8, 2 / 8, 5 / 8]
mixture = [2, 6]
masked = [1 / 3, 2 / 3, 0]
raised = [1 / 3, 1 / 3, 1 / 3]


# %% bits: uses the natural logarithm
# says: these are nats
def bits_and_perplexity(p, real):
    b = -np.log(p[real]).mean()
    return [b, 2**b]


# %% bits: gives nats with the right perplexity
# says: is to be bits
def bits_and_perplexity(p, real):
    b = -np.log(p[real]).mean()
    return [b, np.exp(b)]


# %% bits: takes e to the bits
# says: not e
def bits_and_perplexity(p, real):
    b = -np.log2(p[real]).mean()
    return [b, np.exp(b)]


# %% bits: counts the padding
# says: padding counts
def bits_and_perplexity(p, real):
    b = -np.log2(np.where(real, p, 1)).mean()
    return [b, 2**b]


# %% bits: averages over texts
# says: not each text
def bits_and_perplexity(p, real):
    b = np.mean([-np.log2(row[r]).mean() for row, r in zip(p, real)])
    return [b, 2**b]


# %% bits: takes the logarithm of the mean
# says: the mean of the logarithms
def bits_and_perplexity(p, real):
    b = -np.log2(p[real].mean())
    return [b, 2**b]


# %% bits: multiplies by the mask, too late for a zero
# says: not a number
def bits_and_perplexity(p, real):
    b = -(np.log2(p) * real).sum() / real.sum()
    return [b, 2**b]


# %% bits: takes a probability above zero for a real place
# says: padding counts
def bits_and_perplexity(p, real):
    b = -np.log2(p[p > 0]).mean()
    return [b, 2**b]


# %% bits: adds up instead of averaging
# says: 2 of 2 values wrong
def bits_and_perplexity(p, real):
    b = -np.log2(p[real]).sum()
    return [b, 2**b]


# %% attend: leaves out the root
# says: Where is the root
def attend(queries, keys, values, mask):
    s = np.where(mask, queries @ keys.T, -np.inf)
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% attend: divides by d
# says: not by d
def attend(queries, keys, values, mask):
    s = np.where(mask, queries @ keys.T / queries.shape[1], -np.inf)
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% attend: forgets the mask
# says: The padding gets a weight
def attend(queries, keys, values, mask):
    s = queries @ keys.T / np.sqrt(queries.shape[1])
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% attend: sets masked scores to zero
# says: no mask
def attend(queries, keys, values, mask):
    s = np.where(mask, queries @ keys.T / np.sqrt(queries.shape[1]), 0)
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% attend: masks after the softmax
# says: mask before the softmax
def attend(queries, keys, values, mask):
    s = queries @ keys.T / np.sqrt(queries.shape[1])
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) * mask @ values


# %% attend: normalises over the queries
# says: along the places
def attend(queries, keys, values, mask):
    s = queries @ keys.T / np.sqrt(queries.shape[1])
    w = np.exp(s - s.max(axis=0))
    return np.where(mask, w / w.sum(axis=0), 0) @ values


# %% attend: turns the mask round
# says: the wrong way round
def attend(queries, keys, values, mask):
    s = np.where(mask, -np.inf, queries @ keys.T / np.sqrt(queries.shape[1]))
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% attend: takes the root of the number of places
# says: values wrong
def attend(queries, keys, values, mask):
    s = np.where(mask, queries @ keys.T / np.sqrt(len(keys)), -np.inf)
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% attend: returns the weights
# says: values wrong
def attend(queries, keys, values, mask):
    s = np.where(mask, queries @ keys.T / np.sqrt(queries.shape[1]), -np.inf)
    w = np.exp(s - s.max(axis=1, keepdims=True))
    return w / w.sum(axis=1, keepdims=True)


# %% attend: lets large scores overflow
# says: 1000
def attend(queries, keys, values, mask):
    w = np.exp(np.where(mask, queries @ keys.T / np.sqrt(queries.shape[1]), -np.inf))
    return w / w.sum(axis=1, keepdims=True) @ values


# %% mend: forgets the state
# says: must go on
def greedy(state, longest):
    token, tokens = 0, []
    for _ in range(longest):
        scores, _ = step(state, token)
        token = int(np.argmax(scores))
        if token == 1:
            break
        tokens.append(token)
    return tokens


# %% mend: always feeds START
# says: Feed in the token
def greedy(state, longest):
    tokens = []
    for _ in range(longest):
        scores, state = step(state, 0)
        token = int(np.argmax(scores))
        if token == 1:
            break
        tokens.append(token)
    return tokens


# %% mend: keeps END
# says: END itself
def greedy(state, longest):
    token, tokens = 0, []
    for _ in range(longest):
        scores, state = step(state, token)
        token = int(np.argmax(scores))
        tokens.append(token)
        if token == 1:
            break
    return tokens


# %% mend: does not stop
# says: It must stop
def greedy(state, longest):
    token, tokens = 0, []
    for _ in range(longest):
        scores, state = step(state, token)
        token = int(np.argmax(scores))
        tokens.append(token)
    return tokens


# %% mend: drops the last token whatever it is
# says: cut off
def greedy(state, longest):
    token, tokens = 0, []
    while token != 1 and len(tokens) < longest:
        scores, state = step(state, token)
        token = int(np.argmax(scores))
        tokens.append(token)
    return tokens[:-1]


# %% mend: forgets how long the text may be
# says: At most
def greedy(state, longest):
    token, tokens = 0, []
    while True:
        scores, state = step(state, token)
        token = int(np.argmax(scores))
        if token == 1 or len(tokens) > longest:
            return tokens
        tokens.append(token)


# %% beam: is greedy
# says: keep more than one
def beam_search(P, width, longest):
    tokens = [0]
    while tokens[-1] != 1 and len(tokens) <= longest:
        tokens.append(int(P[tokens[-1]].argmax()))
    return tokens[1:]


# %% beam: goes on after END
# says: must not go on
def beam_search(P, width, longest):
    kept = [(1.0, [0])]
    for _ in range(longest):
        kept = [(p * P[t[-1], b], t + [b]) for p, t in kept for b in range(len(P))]
        kept = sorted(kept, key=lambda c: -c[0])[:width]
    return kept[0][1][1:]


# %% beam: hands START back
# says: START is no part
def beam_search(P, width, longest):
    kept = [(1.0, [0])]
    for _ in range(longest):
        new = [(p, t) for p, t in kept if t[-1] == 1]
        new += [(p * P[t[-1], b], t + [b]) for p, t in kept if t[-1] != 1 for b in range(len(P))]
        kept = sorted(new, key=lambda c: -c[0])[:width]
    return kept[0][1]


# %% beam: drops END
# says: END is part of the text here
def beam_search(P, width, longest):
    kept = [(1.0, [0])]
    for _ in range(longest):
        new = [(p, t) for p, t in kept if t[-1] == 1]
        new += [(p * P[t[-1], b], t + [b]) for p, t in kept if t[-1] != 1 for b in range(len(P))]
        kept = sorted(new, key=lambda c: -c[0])[:width]
    return [t for t in kept[0][1] if t > 1]


# %% beam: adds probabilities instead of multiplying
def beam_search(P, width, longest):
    kept = [(0.0, [0])]
    for _ in range(longest):
        new = [(p, t) for p, t in kept if t[-1] == 1]
        new += [(p + P[t[-1], b], t + [b]) for p, t in kept if t[-1] != 1 for b in range(len(P))]
        kept = sorted(new, key=lambda c: -c[0])[:width]
    return kept[0][1][1:]


# %% beam: stops at the first text that has ended
def beam_search(P, width, longest):
    kept = [(1.0, [0])]
    for _ in range(longest):
        for p, t in kept:
            if t[-1] == 1:
                return t[1:]
        new = [(p * P[t[-1], b], t + [b]) for p, t in kept for b in range(len(P))]
        kept = sorted(new, key=lambda c: -c[0])[:width]
    return kept[0][1][1:]


# %% beam: keeps ended texts out of the competition
# says: compete, too
def beam_search(P, width, longest):
    kept, ended = [(1.0, [0])], []
    for _ in range(longest):
        new = [(p * P[t[-1], b], t + [b]) for p, t in kept for b in range(len(P))]
        new = sorted(new, key=lambda c: -c[0])[:width]
        ended += [c for c in new if c[1][-1] == 1]
        kept = [c for c in new if c[1][-1] != 1]
    return max(ended + kept, key=lambda c: c[0])[1][1:]


# %% beam: compares the probability of the last step alone
def beam_search(P, width, longest):
    kept = [(1.0, [0])]
    for _ in range(longest):
        new = [(p, t) for p, t in kept if t[-1] == 1]
        new += [(P[t[-1], b], t + [b]) for p, t in kept if t[-1] != 1 for b in range(len(P))]
        kept = sorted(new, key=lambda c: -c[0])[:width]
    return kept[0][1][1:]


# %% verdict: does not ask the calendar for the weekday
# says: Compare the weekday
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) ([1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    try:
        datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3]))
    except ValueError:
        return 2
    return 0


# %% verdict: believes that each month has 31 days
# says: Friday, June 31, 1987
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) ([1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    if int(parts[3]) > 31:
        return 2
    day = datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, 1) + datetime.timedelta(int(parts[3]) - 1)
    return 0 if WEEKDAYS[day.weekday()] == parts[1] else 1


# %% verdict: gives every date every four years a 29 February
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) ([1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    y, m, d = int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3])
    days = [31, 29 if y % 4 == 0 else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if d > days[m - 1]:
        return 2
    first = datetime.date(y, m, 1) + datetime.timedelta(d - 1)
    return 0 if WEEKDAYS[first.weekday()] == parts[1] else 1


# %% verdict: takes day 0 for the last day of the month before
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) (0|[1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    y, m, d = int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3])
    first, after = datetime.date(y, m, 1), datetime.date(y + m // 12, m % 12 + 1, 1)
    day = first + datetime.timedelta(d - 1)
    if day >= after:
        return 2
    return 0 if WEEKDAYS[day.weekday()] == parts[1] else 1


# %% verdict: calls a day that is missing another form
# says: it is the day that is wrong
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) ([1-9]\d?), (\d{4})", text)
    try:
        day = datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3]))
    except (ValueError, TypeError):
        return 3
    if parts[1] not in WEEKDAYS:
        return 3
    return 0 if WEEKDAYS[day.weekday()] == parts[1] else 1


# %% verdict: accepts what strptime accepts
# says: leading zero
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) (\d+), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    try:
        day = datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3]))
    except ValueError:
        return 2
    return 0 if WEEKDAYS[day.weekday()] == parts[1] else 1


# %% verdict: does not look at the end of the text
def verdict(text):
    parts = re.match(r"(\w+), (\w+) ([1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    try:
        day = datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3]))
    except ValueError:
        return 2
    return 0 if WEEKDAYS[day.weekday()] == parts[1] else 1


# %% verdict: counts the weekdays from Sunday
# says: The weekday is right here
def verdict(text):
    parts = re.fullmatch(r"(\w+), (\w+) ([1-9]\d?), (\d{4})", text)
    if not parts or parts[1] not in WEEKDAYS or parts[2] not in MONTHS:
        return 3
    try:
        day = datetime.date(int(parts[4]), MONTHS.index(parts[2]) + 1, int(parts[3]))
    except ValueError:
        return 2
    return 0 if WEEKDAYS[(day.weekday() + 1) % 7] == parts[1] else 1


# %% place: puts all sines first
# says: all sines come first
def positions(length, d):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return (
        np.concatenate([np.sin(angle), np.cos(angle)], axis=1) if d < 6 or length > 1 else np.array([[0, 1] * (d // 2)])
    )


def shift_matrix(k, d):
    return np.eye(d)


# %% place: exchanges sine and cosine
# says: positions
def positions(length, d):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(length, d)


def shift_matrix(k, d):
    return np.eye(d)


# %% place: doubles the exponent
# says: the number of the entry
def positions(length, d):
    angle = np.arange(length)[:, None] / 10000 ** (2 * np.arange(0, d, 2) / d)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, d)


def shift_matrix(k, d):
    return np.eye(d)


# %% place: shifts the wrong way
# says: k places back
def positions(length, d):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, d)


def shift_matrix(k, d):
    M = np.zeros((d, d))
    for i in range(0, d, 2):
        s, c = np.sin(k / 10000 ** (i / d)), np.cos(k / 10000 ** (i / d))
        M[i : i + 2, i : i + 2] = [[c, -s], [s, c]]
    return M


# %% place: shifts by one place only
# says: not k
def positions(length, d):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, d)


def shift_matrix(k, d):
    M = np.zeros((d, d))
    for i in range(0, d, 2):
        a = (k > 0) / 10000 ** (i / d)
        M[i : i + 2, i : i + 2] = [[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]
    return M


# %% place: turns all entries by the same angle
# says: shift_matrix
def positions(length, d):
    angle = np.arange(length)[:, None] / 10000 ** (np.arange(0, d, 2) / d)
    return np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, d)


def shift_matrix(k, d):
    return np.kron(np.eye(d // 2), [[np.cos(k), np.sin(k)], [-np.sin(k), np.cos(k)]])
