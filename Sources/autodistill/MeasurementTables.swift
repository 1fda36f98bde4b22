import FileFormats
import ProfileEvaluation
import SearchSpaces

/// `--space FILE --measurements FILE.csv`, perhaps several times: tables of measured networks, each of a space.
struct MeasurementTables {
  static let options = ["--space", "--measurements"] + ImagesOption.options

  private let spacePaths: [String]
  private let tablePaths: [String]
  private let images: ImagesOption

  init<Command: Verb>(_ arguments: Arguments, of command: Command.Type) throws {
    spacePaths = arguments.values("--space")
    tablePaths = arguments.values("--measurements")
    guard !spacePaths.isEmpty, spacePaths.count == tablePaths.count else {
      throw UsageError(
        "\(command.name) needs --space and --measurements, one of each for every table; got "
          + "\(spacePaths.count) and \(tablePaths.count)", command)
    }
    images = try ImagesOption(arguments)
  }

  /// The tables' paths, for messages.
  var names: String { tablePaths.joined(separator: ", ") }

  /// Reads the networks of all tables, and tells which rows contradict each other.
  ///
  /// - Throws: What reading a space or a table throws.
  func networks() throws -> [MeasuredSpaceNetwork] {
    var networks: [MeasuredSpaceNetwork] = []
    for (spacePath, tablePath) in zip(spacePaths, tablePaths) {
      let space = try SearchSpace(contentsOf: spacePath)
      let measured = try MeasuredArchitectures(
        CSVTable(contentsOf: tablePath), of: space, images: images.images(of: space))
      for (architecture, milliseconds) in measured.contradictions {
        Terminal.log(
          String(
            format: "%@: %@ has rows of %.5g and %.5g ms; their geometric mean is taken",
            tablePath, space.key(of: architecture), milliseconds.lowerBound,
            milliseconds.upperBound))
      }
      networks += measured.networks(of: space)
    }
    return networks
  }
}
