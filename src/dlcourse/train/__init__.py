"""Training, evaluation and prediction, with one call for PyTorch and Keras models.

`fit` is the loop that the book first writes by hand, with what a longer training needs: a rate that changes, a bar, a
checkpoint from which a killed run goes on exactly, and whatever hardware the machine has.

**The same steps.** Data in memory stay where they are, also in a file that is larger than the memory (`numpy.memmap`);
a batch at a time is copied and converted. Epoch number `epoch`, from 0, visits the samples in the order
`numpy.random.default_rng((seed, epoch)).permutation(n)`, in both frameworks: a loop of your own can repeat it. `seed`
also sets the generators of Python, NumPy and PyTorch, and those of Keras' dropout layers; afterwards the global ones
are where they were before. For Keras models `fit` calls Keras' own `compile` and `fit`.

**Layers that stay as they are.** While it trains, a PyTorch model is in training mode, but for the layers that you have
put into evaluation mode yourself (`model.features.eval()`): they stay in it. So the averages of a frozen BatchNorm
stand still; freezing its weights alone does not do that in PyTorch. In Keras `layer.trainable = False` does both.

**Checkpoints.** With `checkpoint=folder` the state after each epoch is written into `folder/last.safetensors`: weights,
the optimizer's state, the best weights so far if `patience` is set, the generators, the curves. A file is replaced as a
whole, so a run that is killed, at whatever moment, leaves a good one. The same call goes on from there; on one thread
of one CPU it ends with the same bits as a run that was never stopped, where data and augmentation draw from the
generators named above. A call with other data, another model, loss, step, optimizer, precision or number of processes
is refused (of a loader only the length is compared, and of a function its code, not that of others which it calls). A
finished run returns its history and puts the weights into the model. `folder/best.safetensors` holds the weights of the
best epoch alone, for `model.load_state_dict(safetensors.torch.load_file(path))`.

**Hardware.** PyTorch models train on the best device of the machine (cuda, xpu, mps, cpu) and return to the one on
which they were found. Convolutions compute with the channels last in memory, unless there is a `step`: then the layout
is yours to choose, by `model.to(memory_format=torch.channels_last)`. On NVIDIA GPUs that are made for bfloat16,
training steps multiply in it, while weights, sums and all that is measured stay float32; `precision="float32"` turns
that off. Whether float32 itself may be rounded to TF32 is PyTorch's setting (`torch.backends`), which is left alone; it
rounds in convolutions unless told otherwise. Nothing is compiled.

**Several processes.** `accelerate launch --multi_gpu --num_processes 2 script.py` runs the same script on two GPUs, or,
where there is none, on two CPU processes; the work is that of Hugging Face Accelerate and PyTorch's
DistributedDataParallel. `batch_size` is that of all processes together and must be a multiple of their number; each
takes its share of every batch, of arrays or of a DataLoader, and gradients are averaged. The weights are those of one
process to rounding, except: a last batch that is not full is filled with the first samples of the epoch; a loss that
divides by the weights of classes, or by the labels that are no padding, does so within each share; each process draws
its own dropout and augmentation; BatchNorm normalises the share of its process, and its averages are those of the first
one. A `step` must call the model itself, `model(...)`, and not its parts. `evaluate` and `predict` give what one
process gives (with a `step`, where the samples divide evenly). Only the main process shows the bar and writes files.
"""

from dlcourse.train._fit import evaluate, fit, predict
from dlcourse.train._history import History
from dlcourse.train._schedules import cosine, one_cycle

__all__ = ["History", "cosine", "evaluate", "fit", "one_cycle", "predict"]
