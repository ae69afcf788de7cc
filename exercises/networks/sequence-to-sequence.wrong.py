"""Wrong answers to the exercises of sequence-to-sequence.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% hand: forgets to normalise
# says: add up to one
weights = [1, 2, 5]
mixture = [16, 48]
masked = [1, 2, 0]
raised = [1, 2, 5]

# %% hand: takes the largest state only
# says: a softmax mixes all of them
# - mixture = [2, 6]
# + mixture = [0, 8]

# %% hand: takes the plain mean
# says: the plain mean
# - mixture = [2, 6]
# + mixture = [4, 4]

# %% hand: masks after the softmax
# says: mask before the softmax
# - masked = [1 / 3, 2 / 3, 0]
# + masked = [1 / 8, 2 / 8, 0]

# %% hand: masks with a score of zero
# says: not a mask
# - masked = [1 / 3, 2 / 3, 0]
# + masked = [1 / 4, 2 / 4, 1 / 4]

# %% hand: divides scores by their sum
# says: The exponential is missing
# - weights = [1 / 8, 2 / 8, 5 / 8]
# + weights = [0, np.log(2) / np.log(10), np.log(5) / np.log(10)]

# %% hand: thinks that larger scores flatten the weights
# says: raised
# - raised = [1 / 8, 2 / 8, 5 / 8]
# + raised = [1 / 3, 1 / 3, 1 / 3]

# %% bits: uses the natural logarithm
# says: these are nats
# - np.log2(p[real])
# + np.log(p[real])

# %% bits: gives nats with the right perplexity
# says: is to be bits
# - np.log2(p[real])
# + np.log(p[real])
# - 2**bits
# + np.exp(bits)

# %% bits: takes e to the bits
# says: not e
# - 2**bits
# + np.exp(bits)

# %% bits: counts the padding
# says: padding counts
# - p[real]
# + np.where(real, p, 1)

# %% bits: averages over texts
# says: not each text
# - -np.log2(p[real]).mean()
# + np.mean([-np.log2(row[r]).mean() for row, r in zip(p, real)])

# %% bits: takes the logarithm of the mean
# says: the mean of the logarithms
# - np.log2(p[real]).mean()
# + np.log2(p[real].mean())

# %% bits: multiplies by the mask, too late for a zero
# says: not a number
# - np.log2(p[real]).mean()
# + (np.log2(p) * real).sum() / real.sum()

# %% bits: takes a probability above zero for a real place
# says: padding counts
# - p[real]
# + p[p > 0]

# %% bits: adds up instead of averaging
# says: 2 of 2 values wrong
# - np.log2(p[real]).mean()
# + np.log2(p[real]).sum()

# %% attend: leaves out the root
# says: Where is the root
# - queries @ keys.T / np.sqrt(queries.shape[1])
# + queries @ keys.T

# %% attend: divides by d
# says: not by d
# - np.sqrt(queries.shape[1])
# + queries.shape[1]

# %% attend: forgets the mask
# says: The padding gets a weight
# - scores = np.where(mask, scores, -np.inf)

# %% attend: sets masked scores to zero
# says: no mask
# - np.where(mask, scores, -np.inf)
# + np.where(mask, scores, 0)

# %% attend: masks after the softmax
# says: mask before the softmax
# - scores = np.where(mask, scores, -np.inf)
#
# - return weights @ values
# + return weights * mask @ values


# %% attend: normalises over the queries
# says: along the places
def attend(queries, keys, values, mask):
    s = queries @ keys.T / np.sqrt(queries.shape[1])
    w = np.exp(s - s.max(axis=0))
    return np.where(mask, w / w.sum(axis=0), 0) @ values


# %% attend: turns the mask round
# says: the wrong way round
# - np.where(mask, scores, -np.inf)
# + np.where(mask, -np.inf, scores)

# %% attend: takes the root of the number of places
# says: values wrong
# - np.sqrt(queries.shape[1])
# + np.sqrt(len(keys))

# %% attend: returns the weights
# says: values wrong
# - return weights @ values
# + return weights

# %% attend: lets large scores overflow
# says: 1000
# - scores - scores.max(axis=1, keepdims=True)
# + scores

# %% mend: forgets the state
# says: must go on
# - scores, state = step(state, token)
# + scores, _ = step(state, token)

# %% mend: always feeds START
# says: Feed in the token
# - step(state, token)
# + step(state, 0)

# %% mend: keeps END
# says: END itself
# -         if token == 1:
# -             break
# -         tokens.append(token)
# +         tokens.append(token)
# +         if token == 1:
# +             break

# %% mend: does not stop
# says: It must stop
# -         if token == 1:
# -             break

# %% mend: drops the last token whatever it is
# says: cut off
# -         if token == 1:
# -             break
#
# -     return tokens
# +     return tokens[: tokens.index(1) + 1 if 1 in tokens else longest][:-1]

# %% mend: forgets how long the text may be
# says: At most
# - range(longest)
# + range(longest + 1)


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
# - kept[0][1][1:]
# + kept[0][1]

# %% beam: drops END
# says: END is part of the text here
# - kept[0][1][1:]
# + [token for token in kept[0][1] if token > 1]

# %% beam: adds probabilities instead of multiplying
# says: has shape (5,)
# - (1.0, [0])
# + (0.0, [0])
# - p * P[tokens[-1], b]
# + p + P[tokens[-1], b]


# %% beam: stops at the first text that has ended
# says: has shape (1,)
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
# only hidden tests: in the check the last step decides
# - p * P[tokens[-1], b]
# + P[tokens[-1], b]

# %% verdict: does not ask the calendar for the weekday
# says: Compare the weekday
# - 0 if WEEKDAYS[day.weekday()] == parts[1] else 1
# + 0

# %% verdict: believes that each month has 31 days
# says: Friday, June 31, 1987
# -     try:
# -         day = datetime.date(int(parts[4]), month, int(parts[3]))
# -     except ValueError:
# -         return 2
# +     if int(parts[3]) > 31:
# +         return 2
# +     day = datetime.date(int(parts[4]), month, 1) + datetime.timedelta(int(parts[3]) - 1)


# %% verdict: gives every date every four years a 29 February
# only hidden tests: the check has no year such as 1900
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
# only hidden tests: the check has no day 0
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
# - return 2
# + return 3

# %% verdict: accepts what strptime accepts
# says: leading zero
# - ([1-9]\d?)
# + (\d+)

# %% verdict: does not look at the end of the text
# only hidden tests: in the check nothing stands behind the date
# - re.fullmatch
# + re.match

# %% verdict: counts the weekdays from Sunday
# says: The weekday is right here
# - day.weekday()
# + (day.weekday() + 1) % 7

# %% place: puts all sines first
# says: all sines come first
# - np.stack([np.sin(angle), np.cos(angle)], axis=2).reshape(length, d)
# + np.concatenate([np.sin(angle), np.cos(angle)], axis=1)

# %% place: exchanges sine and cosine
# says: positions
# - np.sin(angle), np.cos(angle)
# + np.cos(angle), np.sin(angle)

# %% place: doubles the exponent
# says: the number of the entry
# - 10000 ** (even / d)
# + 10000 ** (2 * even / d)

# %% place: shifts the wrong way
# says: k places back
# - [[c, s], [-s, c]]
# + [[c, -s], [s, c]]

# %% place: shifts by one place only
# says: not k
# - np.sin(k / 10000 ** (i / d)), np.cos(k / 10000 ** (i / d))
# + np.sin((k > 0) / 10000 ** (i / d)), np.cos((k > 0) / 10000 ** (i / d))

# %% place: turns all entries by the same angle
# says: shift_matrix
# - np.sin(k / 10000 ** (i / d)), np.cos(k / 10000 ** (i / d))
# + np.sin(k), np.cos(k)
