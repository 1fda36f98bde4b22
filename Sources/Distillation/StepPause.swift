/// Why a stretch of steps ended before its end, and where. Set by the thread that reports steps, read after the team
/// has met.
package final class StepPause: @unchecked Sendable {
  /// Steps that are done.
  package private(set) var done: Int
  /// Whether the observer asked to stop.
  package private(set) var isStop = false
  private let pace: CheckpointPace?

  /// - Parameters:
  ///   - done: Steps that are done before the stretch.
  ///   - pace: That of the training's checkpoints; nil if it writes none.
  package init(done: Int, pace: CheckpointPace?) { (self.done, self.pace) = (done, pace) }

  /// Takes in that a step is done; returns whether the stretch continues.
  ///
  /// - Parameter continues: What the observer says.
  package func take(done: Int, continues: Bool) -> Bool {
    (self.done, isStop) = (done, !continues)
    return continues && pace?.isDue != true
  }
}
