/// How long a study's trainings take with a number of workers, and what these do meanwhile.
public struct SimulatedTimeline: Hashable, Sendable {
  public let workers: Int
  public let lookAhead: Int
  /// From the first training of the search to the end of the last, audits included, in seconds.
  public private(set) var searchSeconds = 0.0
  /// The same of the full trainings after the search.
  public private(set) var finalSeconds = 0.0
  /// What all trainings occupy workers for, in seconds.
  public private(set) var busySeconds = 0.0
  /// What workers wait because trials must not be proposed yet, or because there are more workers than
  /// look-ahead allows trials at once.
  public private(set) var lookAheadSeconds = 0.0
  /// What workers wait because nothing is left to do before the last trainings of a part have ended.
  public private(set) var endSeconds = 0.0

  /// From the first training to the end of the last, in seconds.
  public var wallSeconds: Double { searchSeconds + finalSeconds }
  /// The share of the workers' time in which they train, 0…1.
  public var utilisation: Double { share(busySeconds) }

  /// Returns a sum over workers as a share of all workers' time.
  public func share(_ seconds: Double) -> Double {
    wallSeconds > 0 ? seconds / (Double(workers) * wallSeconds) : 0
  }

  init(_ work: SimulatedWork, workers: Int, lookAhead: Int) {
    (self.workers, self.lookAhead) = (workers, lookAhead)
    for part in work.parts {
      // An audit is done by the workers of the search.
      let used = part.isOfSearch ? min(workers, lookAhead) : workers
      let begin = part.isOfSearch ? searchSeconds : finalSeconds
      let end =
        part.kind == .search
        ? search(part.seconds, used, from: begin) : batch(part.seconds, used, from: begin)
      // One after the other, so that sums do not depend on where parts are cut: one worker is idle between all
      // trainings.
      for seconds in part.seconds { busySeconds += seconds }
      if part.isOfSearch { searchSeconds = end } else { finalSeconds = end }
    }
  }

  /// Goes through flash trials and returns when the last one ends: trial n begins when all up to n − look-ahead
  /// have ended and a worker is free, and not before the trial before it.
  private mutating func search(
    _ seconds: [Double], _ used: Int, from begin: Double
  ) -> Double {
    var free = EarliestFirst(used, at: begin)
    var ends: [Double] = []
    ends.reserveCapacity(seconds.count)
    var known = begin
    var latest = begin
    for (trial, seconds) in seconds.enumerated() {
      if trial >= lookAhead { known = max(known, ends[trial - lookAhead]) }
      guard let (time, worker) = free.takeFirst() else { break }
      latest = max(latest, time, known)
      lookAheadSeconds += latest - time
      ends.append(latest + seconds)
      free.insert((latest + seconds, worker))
    }
    let end = ends.max() ?? begin
    lookAheadSeconds += Double(workers - used) * (end - begin)
    addEnds(free, until: end)
    return end
  }

  /// Goes through trainings that are all known and returns when the last one ends.
  private mutating func batch(
    _ seconds: [Double], _ used: Int, from begin: Double
  ) -> Double {
    var free = EarliestFirst(used, at: begin)
    var end = begin
    for seconds in seconds {
      guard let (time, worker) = free.takeFirst() else { break }
      end = max(end, time + seconds)
      free.insert((time + seconds, worker))
    }
    endSeconds += Double(workers - used) * (end - begin)
    addEnds(free, until: end)
    return end
  }

  private mutating func addEnds(_ free: EarliestFirst, until end: Double) {
    var free = free
    while let (time, _) = free.takeFirst() { endSeconds += end - time }
  }
}
