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
      let span =
        part.kind == .search ? search(part.seconds, used) : batch(part.seconds, used)
      busySeconds += part.seconds.reduce(0, +)
      if part.isOfSearch { searchSeconds += span } else { finalSeconds += span }
    }
  }

  /// Goes through flash trials and returns how long they take: trial n begins when all up to n − look-ahead
  /// have ended and a worker is free, and not before the trial before it.
  private mutating func search(_ seconds: [Double], _ used: Int) -> Double {
    var free = EarliestFirst(used, at: 0)
    var ends: [Double] = []
    ends.reserveCapacity(seconds.count)
    var known = 0.0
    var latest = 0.0
    for (trial, seconds) in seconds.enumerated() {
      if trial >= lookAhead { known = max(known, ends[trial - lookAhead]) }
      guard let (time, worker) = free.takeFirst() else { break }
      latest = max(latest, time, known)
      lookAheadSeconds += latest - time
      ends.append(latest + seconds)
      free.insert((latest + seconds, worker))
    }
    let span = ends.max() ?? 0
    lookAheadSeconds += Double(workers - used) * span
    addEnds(free, until: span)
    return span
  }

  /// Goes through trainings that are all known and returns how long they take.
  private mutating func batch(_ seconds: [Double], _ used: Int) -> Double {
    var free = EarliestFirst(used, at: 0)
    var span = 0.0
    for seconds in seconds {
      guard let (time, worker) = free.takeFirst() else { break }
      span = max(span, time + seconds)
      free.insert((time + seconds, worker))
    }
    endSeconds += Double(workers - used) * span
    addEnds(free, until: span)
    return span
  }

  private mutating func addEnds(_ free: EarliestFirst, until span: Double) {
    var free = free
    while let (time, _) = free.takeFirst() { endSeconds += span - time }
  }
}
