import Foundation

/// Takes the time from step to step, after a warm-up.
final class StepTimes: @unchecked Sendable {
  private let warmUpSteps: Int
  private let warmUpSeconds: Double
  private let fewest: Int
  private let seconds: Double
  private let whenWarm: () -> Void

  private let created = StepTimes.now
  private var ticks = 0
  private var isWarm: Bool
  private var last = StepTimes.now
  private var times: [Double] = []
  private var total = 0.0

  /// Creates a stopwatch for at least `fewest` steps and `seconds`.
  ///
  /// - Parameter whenWarm: Called after the warm-up, before the first step that counts.
  init(
    warmUpSteps: Int, warmUpSeconds: Double, fewest: Int, seconds: Double,
    whenWarm: @escaping () -> Void = {}
  ) {
    (self.warmUpSteps, self.warmUpSeconds) = (warmUpSteps, warmUpSeconds)
    (self.fewest, self.seconds, self.whenWarm) = (fewest, seconds, whenWarm)
    isWarm = warmUpSteps == 0
  }

  /// Counts a step; false when there are enough. One thread calls it.
  func tick() -> Bool {
    ticks += 1
    if isWarm {
      let time = StepTimes.now - last
      times.append(time)
      total += time
    } else if ticks >= warmUpSteps && StepTimes.now - created >= warmUpSeconds {
      isWarm = true
      whenWarm()
    }
    last = StepTimes.now
    return times.count < fewest || total < seconds
  }

  var count: Int { times.count }
  var mean: Double { total / Double(times.count) }
  var median: Double { times.sorted()[times.count / 2] }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
}
