import Foundation
import HardwareProfiles
import ProfileEvaluation

/// `autodistill profile check PROFILE`
struct ProfileCheckVerb: Verb {
  static let name = "profile check"
  static let summary = "how well a profile predicts measured networks that it was not fitted to"
  static let operands = ["PROFILE"]
  static let options =
    MeasurementTables.options + ["--least-spearman", "--most-error", "--least-coverage"]
  static let flags = ["--json"]
  static let help = """
    USAGE: autodistill profile check PROFILE --space FILE --measurements FILE.csv [--least-spearman R]
                                 [--most-error PERCENT] [--least-coverage PERCENT] [--json]

    Predicts the latency of every network of a table and compares it with what was measured: before a
    profile decides a study, after the device or its runtime has changed, or in a pipeline. The table is as
    for profile fit; networks that the profile was fitted to are left out. Nothing is written.

    --space FILE          the search space of the architectures
    --measurements FILE   the table; both options may be given several times, for several spaces
    --image HxWxC, --classes N    what the networks look at (default: what the space says)
    --least-spearman R        the exit status is 1 where the ranks agree less than this, from −1 to 1
    --most-error PERCENT      …, where the median of |predicted − measured| / measured is more
    --least-coverage PERCENT  …, where fewer measurements lie in their 90 % interval
    --json                the quality as one JSON object
    """

  private let path: String
  private let tables: MeasurementTables
  private let leastSpearman: Double?
  private let mostError: Double?
  private let leastCoverage: Double?
  private let asJSON: Bool

  init(_ arguments: Arguments) throws {
    path = arguments.operands[0]
    tables = try MeasurementTables(arguments, of: ProfileCheckVerb.self)
    leastSpearman = try arguments.number("--least-spearman", in: -1...1)
    mostError = try arguments.number("--most-error", in: 0...1e6)
    leastCoverage = try arguments.number("--least-coverage", in: 0...100)
    asJSON = arguments.has("--json")
  }

  func run() throws -> ExitStatus {
    let profile = try HardwareProfile(contentsOf: path)
    let all = try tables.networks()
    let networks = all.filter { !profile.isCorrected(by: $0.measurement.workload) }
    let fitted = all.count - networks.count
    guard networks.count >= 2 else {
      throw UsageError(
        "--measurements: got \(networks.count) networks in \(tables.names)"
          + (fitted == 0 ? "" : " besides \(fitted) that the profile was fitted to")
          + ", expected 2 or more")
    }
    let quality = profile.quality(on: networks.map(\.measurement))
    let output = QualityOutput(
      quality: quality, worst: profile.worstPredictions(of: networks, 5),
      doubt: MeasurementDoubt(networks, spearman: quality.spearman, profile: profile))
    let failures = failures(of: quality)
    if asJSON {
      let names = failures.map { "\"\($0.name)\"" }.joined(separator: ", ")
      Terminal.print("{\(output.members), \"fitted\": \(fitted), \"not_met\": [\(names)]}")
    } else {
      Terminal.print("\(path): \(profile.protocolDescription)")
      Terminal.print("checked: on \(networks.count) networks of \(tables.names)")
      Terminal.print(
        String(
          format:
            "measured latencies are %.3g times the predicted ones (median; from %.3g to %.3g times)",
          quality.medianRatio, quality.ratios.lowerBound, quality.ratios.upperBound))
      output.print()
    }
    if let assumption = profile.assumption(
      of: networks.lazy.flatMap(\.measurement.workload.kernels))
    {
      Terminal.log("\(path): \(assumption)")
    }
    if fitted > 0 {
      Terminal.log("left out: \(fitted) networks that the profile was fitted to")
    }
    if let reason = output.doubt.reason { Terminal.log("doubtful: \(reason)") }
    for failure in failures { Terminal.log("not met: \(failure.sentence)") }
    return failures.isEmpty ? .success : .requirementNotMet
  }

  /// The requirements that are not met: the option's name as JSON has it, and what was found.
  private func failures(of quality: PredictionQuality) -> [(name: String, sentence: String)] {
    var failures: [(name: String, sentence: String)] = []
    if let leastSpearman, !(quality.spearman >= leastSpearman) {
      failures.append(
        (
          "spearman",
          String(format: "Spearman %.4f, expected at least %g", quality.spearman, leastSpearman)
        ))
    }
    if let mostError, !(quality.medianAbsolutePercentageError <= mostError) {
      failures.append(
        (
          "median_absolute_percentage_error",
          String(
            format: "a median error of %.2f %%, expected at most %g %%",
            quality.medianAbsolutePercentageError, mostError)
        ))
    }
    if let leastCoverage {
      let coverage = 100 * (quality.intervalCoverage90 ?? 0)
      if !(coverage >= leastCoverage) {
        failures.append(
          (
            "interval_coverage_90",
            String(
              format: "%.1f %% in their 90 %% interval, expected at least %g %%", coverage,
              leastCoverage)
          ))
      }
    }
    return failures
  }
}
