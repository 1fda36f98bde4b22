import HardwareProfiles
import Statistics

/// Measures a list of architectures on one device, continuing where an earlier run ended.
///
/// The first architecture of the list is the reference: it is timed again in between and at the end, so that
/// a device that slows down is told from architectures that are slow.
public struct MeasurementCampaign {
  /// From so many architectures on, the latency of one more is expected.
  private static let fewestToExpect = 3

  private let table: MeasurementTable
  /// So many architectures apart the reference is timed.
  private let referenceEvery: Int

  public init(table: MeasurementTable, referenceEvery: Int = 10) {
    precondition(referenceEvery > 0, "the reference must be timed at times, got \(referenceEvery)")
    (self.table, self.referenceEvery) = (table, referenceEvery)
  }

  /// What a run came to.
  public struct Outcome: Hashable, Sendable {
    /// Architectures that were measured in this run.
    public var measured = 0
    /// Those of them whose latency is doubtful, because the device was disturbed or drifted twice.
    public var doubtful: [String] = []
    /// Those whose latency is ten times off what the others predict, also when measured again.
    public var questions: [String: LatencyQuestion] = [:]
    /// The reference's last third of this run over its first; nil for one timing.
    public var drift: Double?

    /// Whether the drift is large enough to matter.
    public var isDrifting: Bool { drift.map(MeasuredLatency.isDrift) ?? false }
  }

  /// Measures what has no row yet.
  ///
  /// - Parameters:
  ///   - keys: The architectures, each once, the reference first.
  ///   - roughMilliseconds: What an architecture might take, up to a factor that is the device's; nil if nothing
  ///     is known.
  ///   - progress: Called after each new row.
  ///   - measure: Measures one architecture.
  /// - Throws: What `measure` throws, or `FileFormatError`; what was measured before is in the table.
  public func run(
    _ keys: [String], roughMilliseconds: (String) throws -> Double? = { _ in nil },
    progress: (_ key: String, _ latency: MeasuredLatency) -> Void = { _, _ in },
    measure: (String) throws -> MeasuredLatency
  ) throws -> Outcome {
    var outcome = Outcome()
    var session = MeasurementSession()
    let open = keys.filter { !table.measured.contains($0) }
    guard let reference = keys.first, !open.isEmpty else { return outcome }

    func timeReference() throws {
      let latency = try measure(reference)
      try table.append(referenceSamplesOf: reference, latency)
      session.record(0, latency)
    }

    var factors: [Double] = []
    /// Whether a latency is far from what those before it predict.
    func question(_ latency: MeasuredLatency, _ rough: Double?) -> LatencyQuestion? {
      guard let rough, factors.count >= MeasurementCampaign.fewestToExpect else { return nil }
      return LatencyQuestion(
        measuredMilliseconds: latency.medianMilliseconds,
        expectedMilliseconds: rough * median(factors))
    }
    for key in keys {
      guard let known = table.latencies[key], let rough = try roughMilliseconds(key) else {
        continue
      }
      factors.append(known / rough)
    }

    if open.first != reference { try timeReference() }
    for (index, key) in open.enumerated() {
      var (latency, attempts) = try LatencyMeasurement.repeatedIfUnsound { try measure(key) }
      let rough = try roughMilliseconds(key)
      if question(latency, rough) != nil, attempts == 1 {
        (latency, attempts) = (try measure(key), 2)
      }
      outcome.questions[key] = question(latency, rough)
      if let rough { factors.append(latency.medianMilliseconds / rough) }
      try table.append(key, latency, attempts: attempts)
      outcome.measured += 1
      if !latency.isSound { outcome.doubtful.append(key) }
      if key == reference { session.record(0, latency) }
      progress(key, latency)
      if (index + 1) % referenceEvery == 0 || index + 1 == open.count && key != reference {
        try timeReference()
      }
    }
    outcome.drift = session.drift
    return outcome
  }
}
