"""The training loop. Every member of a gang runs it, over its own shards and its own cut of the parameters."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np

from models.checkpoint_file import RunState
from models.errors import GangBroken
from models.states import Reason
from worker.gang.control_words import Action, Verdict, Word
from worker.gang.gang import Gang
from worker.gang.history_ring import HistoryRing
from worker.gang.segment import is_finite
from worker.gang.snapshots import Snapshots
from worker.training.batches import Batch
from worker.training.descent import Descent, Simultaneous
from worker.training.evaluation import Evaluation
from worker.training.layer_by_layer import LayerByLayer
from worker.training.progress import conclude
from worker.training.run import Run

_NAP_S = 0.005
_BOUNDARY, _ABORT = int(Word.BOUNDARY), int(Word.ABORT)


class Trainer:
    """One member's way through the steps of a run, from the state in the segment to the next boundary that ends it.

    Args:
        run: what is trained, bound to the segment.
        gang: with whom.
        ring: where the leader records history.
        snapshots: this member's part in copying the state aside.
        check: raises when this worker may no longer serve the job.
    """

    def __init__(
        self, run: Run, gang: Gang, ring: HistoryRing, snapshots: Snapshots, check: Callable[[], None]
    ) -> None:
        self.run, self.gang, self.ring = run, gang, ring
        self._snapshots, self._check = snapshots, check
        self._evaluation = Evaluation(run, gang)
        order = run.spec.training.update_order
        self._descent: Descent = (
            Simultaneous(run, gang, self._judge)
            if order == "simultaneous"
            else LayerByLayer(run, gang, self._judge, order)
        )
        self._started, self._seconds_before = time.monotonic(), run.state.seconds
        self.step = run.state.step
        self._norm = 0.0
        self.snapshot_s = 0.0
        """How long the last snapshot took."""
        self.reason: Reason | None = None
        """Why the run is over, once it is: the leader knows."""

    def train(self) -> Action:
        """Train until a boundary ends this generation, and say what that boundary was for.

        Raises:
            GangError: a member is gone, or this worker may not go on.
        """
        if self.run.progress.reason is not None:  # the leader died after the last step and before it could say so
            self.reason = Reason(self.run.progress.reason)
            return Action.FINISH
        self.gang.meet()  # all have published their cuts
        with np.errstate(all="ignore"):  # a cost that is not finite says all there is to say
            while True:
                action = self._train_epoch(*divmod(self.step, self.run.plan.steps_per_epoch))
                if action is not Action.GO_ON:
                    return action

    def _train_epoch(self, epoch: int, first: int) -> Action:
        run, leads, control, descent = self.run, self.gang.is_leader, self.gang.segment.control, self._descent
        for batch in run.batches.epoch(epoch, first):
            row = descent.take_step(batch, self.step, run.learning_rate(self.step, epoch))
            self.step += 1
            if leads:
                self.ring.record_step(row)
                self._norm = row[2]
            if self.step % run.plan.steps_per_epoch == 0:
                self._end_epoch(epoch + 1, batch)
            if control[_BOUNDARY] == self.step:
                action = self._act(Action(control[Word.ACTION]))
                if action is not Action.GO_ON:
                    return action
        return Action.GO_ON

    def _judge(self, total: float) -> None:
        """Look at the batch's cost, and at the norm of the step before: where it is beyond the dtype, clipping has set
        its gradient to 0. Between the barriers, so that whatever is announced here reaches all in time.
        """
        self._check()
        if self.gang.segment.control[_ABORT]:  # said by the reporter's thread: with all members on time nobody waits
            raise GangBroken("the generation was ended")
        self.run.progress.epoch_cost += total
        if not math.isfinite(total + self._norm):
            self.reason = Reason.DIVERGED
            self.gang.announce(Action.DIVERGED, self.step + 1)
        elif self.gang.requested is not Action.GO_ON and self._snapshots.turn_is_free():
            self.gang.announce(self.gang.requested, self.step + 1)
        if self.ring.is_full():
            self._wait_while(self.ring.is_full)

    def _wait_while(self, busy: Callable[[], bool]) -> None:
        """For the reporter or the checkpoint writer, when the disk or the database cannot keep up."""
        while busy():
            time.sleep(_NAP_S)
            self._check()

    def _end_epoch(self, epoch: int, last: Batch) -> None:
        """Test the network, conclude, keep the best weights. ``epoch`` counts from 1; ``last`` is its last batch."""
        gang, run = self.gang, self.run
        self._evaluation.evaluate_own_rows()
        gang.meet()  # all outputs are there
        if gang.is_leader:
            self._conclude(epoch, last)
        gang.meet()  # the conclusion is there
        if gang.segment.control[Word.VERDICT] == Verdict.IMPROVED:
            gang.segment.keep_best(*run.cut)

    def _conclude(self, epoch: int, last: Batch) -> None:
        run, progress, segment = self.run, self.run.progress, self.gang.segment
        metrics = {"train_cost": progress.epoch_cost / (run.batches.weight or 1.0), **self._evaluation.metrics()}
        progress.epoch_cost = 0.0
        norm = self._descent.gradient_norm()
        rate = run.learning_rate(self.step - 1, epoch - 1)
        conclusion = conclude(
            run.spec,
            progress,
            metrics,
            epoch=epoch,
            step=self.step,
            gradient_norm=norm if last.weight else None,
            finite=self._is_finite() and self._evaluation.is_finite(),
        )
        segment.control[Word.VERDICT] = Verdict.IMPROVED if conclusion.improved else Verdict.NOTHING
        segment.factor[0] = progress.rate_factor
        if conclusion.reason is not None and self.reason is None:
            self.reason = conclusion.reason
            self._wait_while(lambda: not self._snapshots.turn_is_free())
            self.gang.announce(Action.DIVERGED if self.reason is Reason.DIVERGED else Action.FINISH, self.step)
        row = {**metrics, "learning_rate": rate, "gradient_norm": norm, "seconds": self.seconds}
        self.ring.record_epoch([row[name] for name in run.epoch_columns])

    def _act(self, action: Action) -> Action:
        """At a boundary: all members make a snapshot, then go on or leave. A diverged state is not worth one."""
        if action is Action.DIVERGED:
            return action
        started, control = time.monotonic(), self.gang.segment.control
        self._snapshots.copy_own_cut()
        if self.gang.is_leader and not self._is_finite():
            self.reason, control[Word.DIVERGED] = Reason.DIVERGED, 1
        self.gang.meet()  # all cuts are copied, and the leader has looked
        if control[Word.DIVERGED]:
            return Action.DIVERGED
        if self.gang.is_leader:
            self._snapshots.publish(self.state())
        self.snapshot_s = time.monotonic() - started
        return Action.GO_ON if action is Action.SNAPSHOT else action

    def _is_finite(self) -> bool:
        """Whether the last step's gradient and the parameters it led to are numbers: the step's cost is that of the
        parameters before it. For the leader.
        """
        return math.isfinite(self._norm) and is_finite(self.run.parameters_in_use)

    def close(self) -> None:
        """Let go of the snapshot files."""
        self._snapshots.close()

    @property
    def seconds(self) -> float:
        """Time spent training since the job first started."""
        return self._seconds_before + time.monotonic() - self._started

    def samples_per_second(self) -> float | None:
        """Rows trained on a second, over the whole run."""
        plan = self.run.plan
        return self.step * plan.rows / plan.steps_per_epoch / self.seconds if self.step else None

    def state(self) -> RunState:
        """What a checkpoint says of the run now, at a step boundary. For the leader."""
        return self.run.state_at(self.step, self.seconds)
