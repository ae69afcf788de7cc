"""Wrong answers to the exercises of wrong-predictions.ipynb. How they are written: tests/helpers/grading.py."""

# ruff: noqa

# %% step: overlooks the sign of a weight
# says: One weight is negative
# - 2 * 0.5 - 0.2 + 0.5 * 0.9
# + 2 * 0.5 + 0.2 + 0.5 * 0.9

# %% step: makes the network surer
# says: surer
# - [0.2, 0.5, 0.6]
# + [0.8, 0.0, 1.0]

# %% step: lets all pixels fall
# says: against its own weight
# - [0.2, 0.5, 0.6]
# + [0.2, 0.0, 0.6]

# %% step: moves by the weight instead of its sign
# says: not its size
# - [0.2, 0.5, 0.6]
# + [0.0, 0.5, 0.75]

# %% step: adds up the changes
# says: the sum of the changes
# - distance = 0.3
# + distance = 0.9

# %% hard: returns the easiest
# says: the easiest ones
# - np.argsort(margin)[:k]
# + np.argsort(-margin)[:k]

# %% hard: puts the worst last
# says: the worst is at the front
# - np.argsort(margin)[:k]
# + np.argsort(margin)[:k][::-1]

# %% hard: subtracts the largest of all
# says: where the network is right, nothing is left
# - others.max(axis=1)
# + scores.max(axis=1)

# %% hard: looks at the true class alone
# says: the smallest score of the true class
# - scores[rows, labels] - others.max(axis=1)
# + scores[rows, labels]

# %% hard: looks at how sure the network is
# says: least sure
# - margin = scores[rows, labels] - others.max(axis=1)
# + margin = np.diff(np.sort(scores, axis=1)[:, -2:])[:, 0]

# %% hard: subtracts the mean of the others
# says: not their mean
# - others.max(axis=1)
# + (scores.sum(axis=1) - scores[rows, labels]) / (scores.shape[1] - 1)

# %% chance: asks in one direction only
# says: in the other direction
# - abs(random.mean() - trait.mean()) >= far - 1e-12
# + random.mean() - trait.mean() <= trait[chosen].mean() - trait.mean() + 1e-12

# %% chance: counts the draws that differ less
# says: differ less
# - >= far - 1e-12
# + < far - 1e-12

# %% chance: draws one picture again and again
# says: by_chance
# - rng.choice(trait, len(chosen), replace=False)
# + rng.choice(trait, len(chosen), replace=True)
# - far - 1e-12
# + far + 1e-12

# %% chance: returns the number
# says: by_chance
# - count / draws
# + count

# %% chance: starts anew in each draw
# says: by_chance
# -     for _ in range(draws):
# +     for _ in range(draws):
# +         rng = np.random.default_rng(seed)

# %% mend: goes downhill
# says: helps the network
# - made.detach() + epsilon
# + made.detach() - epsilon

# %% mend: does not bring the picture back
# says: more than epsilon
# -         made = made.clip(x - epsilon, x + epsilon)

# %% mend: leaves 0 to 1
# says: Pixels have left 0 to 1
# -         made = made.clip(0, 1)

# %% mend: gives the weights gradients
# says: weights have got gradients
# -         (gradient,) = torch.autograd.grad(loss, made)
# +         loss.backward()
# +         gradient = made.grad

# %% mend: takes the gradient without its sign
# says: The loss has not moved
# - epsilon * gradient.sign()
# + 1e-6 * gradient

# %% mend: computes the gradient at the first picture
# says: second step
# - made = x.clone()
# + made, first = x.clone(), x.clone().requires_grad_()
# -         made.requires_grad_()
# -         loss = torch.nn.functional.cross_entropy(model(made), y)
# -         (gradient,) = torch.autograd.grad(loss, made)
# +         loss = torch.nn.functional.cross_entropy(model(first), y)
# +         (gradient,) = torch.autograd.grad(loss, first)

# %% keras: goes downhill
# says: which way is uphill
# - (x + step)
# + (x - step)

# %% keras: forgets the sign
# says: take the sign
# - tf.sign(tape.gradient(loss, x))
# + tape.gradient(loss, x)

# %% keras: leaves 0 to 1
# says: Pixels have left 0 to 1
# - np.clip((x + step).numpy(), 0, 1)
# + (x + step).numpy()

# %% keras: returns the step
# says: more than epsilon
# - (x + step).numpy()
# + step.numpy()

# %% keras: takes one pixel for all channels
# says: Each pixel moves by epsilon
# - tf.sign(tape.gradient(loss, x))
# + tf.reduce_mean(tf.sign(tape.gradient(loss, x)), axis=-1, keepdims=True)

# %% verdict: counts
# says: the number of right answers
# - .mean())
# + .sum())

# %% verdict: gives the share of wrong answers
# says: the share of wrong answers
# - answers == pets.labels
# + answers != pets.labels

# %% verdict: exchanges the networks
# says: first comes first
# - for m in (first, second)
# + for m in (second, first)

# %% verdict: trusts the own test
# says: which network
# - biased = "first"
# + biased = "second"

# %% verdict: names the own test, too
# says: on its own test
# - [name for name, is_better in zip(tests, better) if is_better]
# + list(tests)

# %% verdict: names one test alone
# says: go through the three differences
# - [name for name, is_better in zip(tests, better) if is_better]
# + ["exchanged"]
