"""Sharded models are refused with a sentence; the rest of what lies around a model is in ``test_capture``."""

import pytest
import torch
from torch import distributed, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FullyShardedDataParallel, fully_shard
from torch.distributed.tensor.parallel import ColwiseParallel, parallelize_module

import tensorboard_plugin_hidden as hidden
from tensorboard_plugin_hidden.errors import HiddenError
from tensorboard_plugin_hidden.logger.capture import capture
from tensorboard_plugin_hidden.logger.wrappers import require_whole


@pytest.fixture(scope="module")
def mesh(tmp_path_factory):
    store = distributed.FileStore(str(tmp_path_factory.mktemp("group") / "store"), 1)
    distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
    yield init_device_mesh("cpu", (1,))
    distributed.destroy_process_group()


def network():
    return nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 3))


def fsdp(mesh, **options):
    return FullyShardedDataParallel(network(), device_id=torch.device("cpu"), **options)


def one_block(mesh):
    model = network()
    model[0] = FullyShardedDataParallel(model[0], device_id=torch.device("cpu"))
    return model


def fsdp_2(mesh):
    return fully_shard(network(), mesh=mesh)


def tensor_parallel(mesh):
    return parallelize_module(network(), mesh, {"0": ColwiseParallel()})


def zero_3(mesh):
    model = network()
    model[0].weight.ds_id = 0  # as DeepSpeed marks its parameters
    return model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "sharded",
    [
        fsdp,
        lambda mesh: fsdp(mesh, use_orig_params=True),
        lambda mesh: nn.DataParallel(fsdp(mesh)),
        lambda mesh: torch.compile(fsdp_2(mesh)),
        one_block,
        fsdp_2,
        tensor_parallel,
        zero_3,
    ],
)
def test_sharded_models_are_refused(mesh, sharded, tmp_path):
    model, probe = sharded(mesh), hidden.Probe((torch.randn(30, 6), torch.arange(30) % 3))
    with hidden.SummaryWriter(str(tmp_path)) as writer, pytest.raises(HiddenError, match="sharded over several"):
        writer.watch(model, probe, method=None)
    with pytest.raises(HiddenError, match="add_activations"):
        capture(model, probe, None)


def test_whole_models_are_not(mesh):
    for model in (network(), nn.parallel.DistributedDataParallel(network()), torch.compile(network())):
        require_whole(model)
