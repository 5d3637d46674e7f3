import numpy as np

from tensorboard_plugin_hidden.projection.baselines.dvi import Dvi
from tensorboard_plugin_hidden.projection.protocol import Earlier
from tests.projection.baselines.scenes import groups, prepared


def test_dvis_temporal_loss_holds_the_weights():
    fitted, far = prepared(groups()), prepared(groups(seed=7))

    def change(temporal):
        method = Dvi(passes=6, temporal=temporal)
        places = method.fit(fitted, None, 0).positions
        before = [weight.detach().clone() for weight in method._network.parameters()]
        method.fit(far, Earlier(places, np.ones(60, np.float32)), 1)
        pairs = zip(before, method._network.parameters(), strict=True)
        return sum(float((now.detach() - then).square().sum()) for then, now in pairs)

    assert change(100.0) < 0.2 * change(0.0)
