/// Measures a list of architectures on one device, continuing where an earlier run ended.
///
/// The first architecture of the list is the reference: it is timed again in between and at the end, so that
/// a device that slows down is told from architectures that are slow.
public struct MeasurementCampaign {
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
    /// The reference's last third of this run over its first; nil for one timing.
    public var drift: Double?

    /// Whether the drift is large enough to matter.
    public var isDrifting: Bool { drift.map(MeasuredLatency.isDrift) ?? false }
  }

  /// Measures what has no row yet.
  ///
  /// - Parameters:
  ///   - keys: The architectures, each once, the reference first.
  ///   - progress: Called after each new row.
  ///   - measure: Measures one architecture.
  /// - Throws: What `measure` throws, or `FileFormatError`; what was measured before is in the table.
  public func run(
    _ keys: [String], progress: (_ key: String, _ latency: MeasuredLatency) -> Void = { _, _ in },
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

    if open.first != reference { try timeReference() }
    for (index, key) in open.enumerated() {
      let (latency, attempts) = try LatencyMeasurement.repeatedIfUnsound { try measure(key) }
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
