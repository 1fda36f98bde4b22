import FileFormats
import Foundation
import HardwareProfiles
import NeuralNetworks
import RandomStreams
import SearchSpaces
import Statistics

/// How well profiles fitted to few networks of a table predict all its others, compared with simple baselines.
public struct HardwareBenchmark: Sendable {
  /// A table of measured networks.
  public struct Table: Sendable {
    public let name: String
    public let spacePath: String
    public let path: String
    public let columns: (architecture: String, latency: String)
    /// A profile of the device that no network of the table was used for; it stands next to the fitted ones,
    /// which start from it too.
    public let profilePath: String?

    public init(
      name: String, spacePath: String, path: String, architectureColumn: String = "architecture",
      latencyColumn: String = "latency_ms", profilePath: String? = nil
    ) {
      self.profilePath = profilePath
      self.name = name
      self.spacePath = spacePath
      self.path = path
      columns = (architectureColumn, latencyColumn)
    }
  }

  /// The mean figures of a predictor over the subsets.
  public struct Figures: Sendable {
    public let predictor: String
    public let spearman: Double
    /// One standard deviation over the subsets.
    public let spearmanDeviation: Double
    public let kendall: Double
    /// Per cent; nil for a predictor that says nothing in milliseconds.
    public let medianAbsolutePercentageError: Double?
    public let within10Percent: Double?
    public let intervalCoverage90: Double?
  }

  /// All predictors after training on subsets of one size.
  public struct Row: Sendable {
    public let table: String
    public let trained: Int
    public let heldOut: Int
    public let figures: [Figures]
  }

  public let subsets: Int
  public let sizes: [Int]

  public init(subsets: Int, sizes: [Int]) {
    self.subsets = subsets
    self.sizes = sizes
  }

  /// Measures one table.
  ///
  /// Networks whose graph leads from no input to the output are left out: there is nothing to predict.
  ///
  /// Sizes that are not below the number of networks give no row.
  ///
  /// - Parameter finished: Called with each row.
  /// - Throws: What reading the space and the table, or fitting, throws.
  public func run(_ table: Table, finished: (Row) -> Void) throws {
    let space = try SearchSpace(contentsOf: table.spacePath)
    let all = try MeasuredArchitectures(
      CSVTable(contentsOf: table.path), of: space, images: space.images, columns: table.columns)
    let measured = all.filtered { architecture in
      space.graphs.allSatisfy { !$0.live(in: architecture).edges.isEmpty }
    }
    let profile = try table.profilePath.map { try HardwareProfile(contentsOf: $0) }
    for size in sizes where size < measured.measurements.count {
      var found: [[PredictionQuality]] = []
      for subset in 0..<subsets {
        var random = RandomStream(seed: UInt64(subset), purpose: "hardware benchmark \(size)")
        let order = random.permutation(of: measured.measurements.count)
        found.append(
          try qualities(
            measured, of: space, profile: profile, training: order.prefix(size).sorted(),
            heldOut: order.dropFirst(size).sorted()))
      }
      let fits =
        ["profile fit"] + (profile == nil ? [] : ["the profile alone", "profile fit from it"])
      let predictors: [(name: String, isInMilliseconds: Bool)] =
        fits.map { ($0, true) }
        + PredictionBaseline.allCases.map { ($0.rawValue, $0.isInMilliseconds) }
      finished(
        Row(
          table: table.name, trained: size, heldOut: measured.measurements.count - size,
          figures: predictors.enumerated().map { index, predictor in
            Figures(
              predictor.name, found.map { $0[index] }, inMilliseconds: predictor.isInMilliseconds)
          }))
    }
  }

  private func qualities(
    _ measured: MeasuredArchitectures, of space: SearchSpace, profile: HardwareProfile?,
    training: [Int], heldOut: [Int]
  ) throws -> [PredictionQuality] {
    let others = heldOut.map { measured.measurements[$0] }
    func quality(from base: HardwareProfile?) throws -> PredictionQuality {
      try fit(training.map { measured.measurements[$0] }, from: base).quality(on: others)
    }
    var qualities = [try quality(from: nil)]
    if let profile { qualities += [profile.quality(on: others), try quality(from: profile)] }
    let truth = others.map(\.latencyMilliseconds)
    return qualities
      + PredictionBaseline.allCases.map { baseline in
        let predictions = baseline.predictions(measured, of: space, training: training)
        return PredictionQuality(predicted: heldOut.map { predictions[$0] }, measured: truth)
      }
  }

  private func fit(
    _ measurements: [MeasuredWorkload], from base: HardwareProfile?
  ) throws -> DeviceFit {
    try DeviceFit(
      measurements, base: base,
      description: DeviceDescription(
        name: "benchmark", device: "of the table",
        measurementProtocol: MeasurementProtocol(
          runtime: "of the table", resolution: "of the table", affinity: "of the table",
          thermal: "of the table"),
        memory: Memory(ramBytes: nil, flashBytes: nil, weightsIn: .ram, levels: []),
        provenance: Provenance(source: .fitted, text: "benchmark", date: "", machine: nil)))
  }
}

extension HardwareBenchmark.Figures {
  fileprivate init(_ predictor: String, _ qualities: [PredictionQuality], inMilliseconds: Bool) {
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    self.predictor = predictor
    let spearmans = qualities.map(\.spearman)
    let middle = mean(spearmans)
    spearman = middle
    spearmanDeviation =
      qualities.count < 2
      ? 0
      : (spearmans.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / Double(qualities.count - 1))
        .squareRoot()
    kendall = mean(qualities.map(\.kendall))
    medianAbsolutePercentageError =
      inMilliseconds ? mean(qualities.map(\.medianAbsolutePercentageError)) : nil
    within10Percent = inMilliseconds ? mean(qualities.map(\.within10Percent)) : nil
    let coverages = qualities.compactMap(\.intervalCoverage90)
    intervalCoverage90 = coverages.isEmpty ? nil : mean(coverages)
  }
}

extension MeasuredArchitectures {
  /// Returns the part of the table whose architectures are wanted.
  func filtered(_ isWanted: (Architecture) -> Bool) -> MeasuredArchitectures {
    let kept = architectures.indices.filter { isWanted(architectures[$0]) }
    return MeasuredArchitectures(
      architectures: kept.map { architectures[$0] }, measurements: kept.map { measurements[$0] })
  }

  private init(architectures: [Architecture], measurements: [MeasuredWorkload]) {
    self.architectures = architectures
    self.measurements = measurements
    contradictions = []
  }
}
