import FileFormats
import Foundation
import ProfileEvaluation

/// `autodistill bench hardware [FOLDER]`
struct BenchHardwareVerb: Verb {
  static let name = "bench hardware"
  static let summary = "how well profiles fitted to few networks predict all others"
  static let operands = ["[FOLDER]"]
  static let options = [
    "--subsets", "--sizes", "--table", "--measurements", "--space", "--profile",
  ]
  static let help = """
    USAGE: autodistill bench hardware FOLDER [--subsets N] [--sizes N,N…] [--table FILE]
           autodistill bench hardware --measurements FILE.csv --space FILE [--profile FILE] …

    Fits profiles to some networks of tables of measured ones, predicts all others, and prints how well,
    and how well simple baselines do. FOLDER holds fbnet-latency/fbnet.csv and nas-bench-201/nb201.csv;
    a table that is not there is left out, and so is a size that a table has no more networks than. Their
    search spaces are read from SearchSpaces in the current folder.

    --measurements FILE, --space FILE    another table, as profile fit takes it
    --profile FILE    a profile to compare with that no network of the table was used for
    --subsets N       how many random subsets to train on (default: 10)
    --sizes N,N…      networks in a subset (default: 10,100,300)
    --table FILE      where to write the table, as Markdown (default: it is printed)
    """

  /// The tables that a folder of measurements holds, with the columns of their files.
  private static let tables:
    [(name: String, space: String, path: String, key: String, latency: String)] = [
      ("FBNet, raspi4", "fbnet", "fbnet-latency/fbnet.csv", "ops", "lat_raspi4"),
      ("FBNet, gold 6226", "fbnet", "fbnet-latency/fbnet.csv", "ops", "lat_gold_6226"),
      ("NAS-Bench-201, raspi4", "nas-bench-201", "nas-bench-201/nb201.csv", "cell", "lat_raspi4"),
      (
        "NAS-Bench-201, gold 6226", "nas-bench-201", "nas-bench-201/nb201.csv", "cell",
        "lat_gold_6226"
      ),
    ]

  private let tables: [HardwareBenchmark.Table]
  private let benchmark: HardwareBenchmark
  private let output: String?

  init(_ arguments: Arguments) throws {
    guard arguments.operands.isEmpty == (arguments.value("--measurements") != nil) else {
      throw UsageError(
        "bench hardware: expected either a folder with tables of measured networks or --measurements",
        BenchHardwareVerb.self)
    }
    if let folder = arguments.operands.first {
      for option in ["--space", "--profile"] where arguments.value(option) != nil {
        throw UsageError("\(option) goes together with --measurements")
      }
      tables = BenchHardwareVerb.tables.map { table in
        HardwareBenchmark.Table(
          name: table.name, spacePath: "SearchSpaces/\(table.space).json",
          path: folder + "/" + table.path, architectureColumn: table.key,
          latencyColumn: table.latency)
      }
    } else {
      let path = try arguments.required("--measurements", for: BenchHardwareVerb.self)
      tables = [
        HardwareBenchmark.Table(
          name: (path as NSString).lastPathComponent,
          spacePath: try arguments.required("--space", for: BenchHardwareVerb.self), path: path,
          profilePath: arguments.value("--profile"))
      ]
    }
    let sizes = try (arguments.value("--sizes") ?? "10,100,300").split(
      separator: ",", omittingEmptySubsequences: false
    ).map { text in
      guard let size = Int(text), (2...400).contains(size) else {
        throw UsageError("--sizes: got '\(text)', expected numbers from 2 to 400, such as 10,100")
      }
      return size
    }
    benchmark = HardwareBenchmark(
      subsets: try arguments.integer("--subsets", in: 1...1000) ?? 10, sizes: sizes)
    output = arguments.value("--table")
  }

  func run() throws -> ExitStatus {
    var lines = [
      "| table | trained on | predictor | Spearman | ± over subsets | Kendall | median error % "
        + "| within 10 % | in 90 % interval |",
      "|---|--:|---|--:|--:|--:|--:|--:|--:|",
    ]
    for table in tables {
      guard FileManager.default.fileExists(atPath: table.path) else {
        Terminal.log("skipped \(table.name): there is no \(table.path)")
        continue
      }
      try benchmark.run(table) { row in
        for figures in row.figures {
          lines.append(BenchHardwareVerb.line(row, figures))
          Terminal.log(BenchHardwareVerb.line(row, figures))
        }
      }
    }
    let page = lines.joined(separator: "\n") + "\n"
    if let output {
      try AtomicFile.write(Data(page.utf8), to: output)
    } else {
      Terminal.print(page)
    }
    return .success
  }

  private static func line(
    _ row: HardwareBenchmark.Row, _ figures: HardwareBenchmark.Figures
  ) -> String {
    func text(_ value: Double?, _ format: String) -> String {
      value.map { String(format: format, $0) } ?? ""
    }
    return
      "| \(row.table) | \(row.trained) of \(row.trained + row.heldOut) | \(figures.predictor) | "
      + [
        text(figures.spearman, "%.4f"), text(figures.spearmanDeviation, "%.4f"),
        text(figures.kendall, "%.4f"), text(figures.medianAbsolutePercentageError, "%.2f"),
        text(figures.within10Percent.map { 100 * $0 }, "%.1f %%"),
        text(figures.intervalCoverage90.map { 100 * $0 }, "%.1f %%"),
      ].joined(separator: " | ") + " |"
  }
}
