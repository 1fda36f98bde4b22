import FileFormats

/// A task that was submitted to workers on other machines.
struct RemoteTask: Sendable {
  let number: Int
  let task: StudentTask
  /// Of everything that its result depends on other than the study: equal tasks have equal names, in later runs too.
  let name: String
  /// The worker that has it; nil while it waits for one.
  var lease: LeaseName?
  var share = 0.0
  /// How often it was lost in a way that it may be blamed for.
  var blamedLosses = 0
  /// How often its worker was killed in a row, without any task getting on.
  var killsInARow = 0
  /// Jobs in a row whose time was over before it came any further.
  var shortJobsInARow = 0
  /// How far it had come when it was last lost.
  var lostShare: Double?
}

extension StudentTask {
  /// The name by which its result is recognised.
  var remoteName: String {
    let request = WorkerRequest(id: 0, task: self)
    let text = (try? JSONLines.line(request)) ?? "\(self)"
    return LeaseName.digest(text, digits: 24)
  }

  /// Returns the task with the length of a flash training in it, which a worker that lives longer than a stage
  /// cannot know.
  func stating(flashFraction: Double) -> StudentTask {
    var task = self
    if case .flash(var flash) = work, flash.fraction == nil {
      flash.fraction = flashFraction
      task.work = .flash(flash)
    }
    return task
  }
}
