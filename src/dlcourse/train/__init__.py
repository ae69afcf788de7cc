"""Training, evaluation and prediction, with one call for PyTorch and Keras models.

`fit` is the loop that the book first writes by hand, with what a longer training needs: a rate that changes, a bar, a
checkpoint from which a killed run goes on exactly, and whatever hardware the machine has.

**The same steps.** Data that fit in memory stay arrays or tensors, and no loader is started for them. Epoch number
`epoch`, from 0, visits the samples in the order `numpy.random.default_rng((seed, epoch)).permutation(n)`, in both
frameworks: a loop of your own can repeat it. `seed` also sets the generators of Python, NumPy and PyTorch, and those of
Keras' dropout layers; afterwards the global ones are where they were before. For Keras models `fit` calls Keras' own
`compile` and `fit`.

**Checkpoints.** With `checkpoint=folder` the state after each epoch is written into `folder/last.safetensors`: weights,
the optimizer's state, the best weights so far if `patience` is set, the generators, the curves. A file is replaced as a
whole, so a run that is killed, at whatever moment, leaves a good one. The same call goes on from there; on one thread
of one CPU it ends with the same bits as a run that was never stopped, where data and augmentation draw from the
generators named above. A finished run returns its history and puts the weights into the model.
`folder/best.safetensors` holds the weights of the best epoch alone, for
`model.load_state_dict(safetensors.torch.load_file(path))`.

**Hardware.** PyTorch models train on the best device of the machine (cuda, xpu, mps, cpu) and return to the one on
which they were found. Networks with convolutions compute with the channels last in memory. On NVIDIA GPUs that are made
for bfloat16, training steps multiply in it, while weights, sums and all that is measured stay float32;
`precision="float32"` turns that off. Whether float32 itself may be rounded to TF32 is PyTorch's setting
(`torch.backends`), which is left alone; it rounds in convolutions unless told otherwise. Nothing is compiled.

**Several processes.** `accelerate launch --multi_gpu --num_processes 2 script.py` runs the same script on two GPUs,
or, where there is none, on two CPU processes. Every process holds all data and takes its share of each batch, so
`batch_size` is that of all together, and the weights are those of one process to rounding, a short last batch included,
for losses that are means over the batch. Exceptions: each process draws its own dropout and augmentation, and BatchNorm
normalises the share of its process, with running statistics averaged after each epoch. Only the main process shows the
bar and writes files.
"""

from dlcourse.train._fit import evaluate, fit, predict
from dlcourse.train._history import History
from dlcourse.train._schedules import cosine, one_cycle

__all__ = ["History", "cosine", "evaluate", "fit", "one_cycle", "predict"]
