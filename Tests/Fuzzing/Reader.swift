import Foundation

/// Something that reads files of one kind.
struct Reader: Sendable {
  let name: String
  /// What input files are called: some readers go by the end of the name.
  let fileName: String
  /// How many times as many inputs as the slowest reader it gets.
  let share: Int
  /// Memory beyond ten times the input and 64 MiB that what is done with what was read may take, in bytes.
  let allowance: Int
  /// Whole files, at least one. The folder is for what has to be written first.
  let seeds: @Sendable (_ folder: String) throws -> [[UInt8]]
  /// Makes checksums right again that a mutation has broken, so that what lies behind them is reached.
  let repair: (@Sendable ([UInt8]) -> [UInt8])?
  /// Whether inputs are JSON, of which values and members are mutated and not only bytes.
  let isJSON: Bool
  /// Reads an input, and uses what it says as the project does.
  let read: @Sendable (Input) throws -> Void

  init(
    _ name: String, file fileName: String = "input", share: Int = 20, allowance: Int = 0,
    isJSON: Bool = false, repair: (@Sendable ([UInt8]) -> [UInt8])? = nil,
    seeds: @escaping @Sendable (_ folder: String) throws -> [[UInt8]],
    read: @escaping @Sendable (Input) throws -> Void
  ) {
    (self.name, self.fileName, self.share, self.allowance) = (name, fileName, share, allowance)
    (self.isJSON, self.repair, self.seeds, self.read) = (isJSON, repair, seeds, read)
  }

  static let all: [Reader] =
    textReaders + arrayReaders + pictureReaders + modelReaders + studyReaders

  static func named(_ name: String) -> Reader? {
    (all + plantedReaders).first { $0.name == name }
  }

  /// Where the project's own files are.
  static let projectFolder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Returns files that are committed with the project, from the smallest.
  static func committed(_ folder: String, suffix: String, atMost mostBytes: Int) throws -> [[UInt8]]
  {
    let path = "\(projectFolder)/\(folder)"
    let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
    return try names.sorted().filter { $0.hasSuffix(suffix) }
      .map { [UInt8](try Data(contentsOf: URL(filePath: "\(path)/\($0)"))) }
      .filter { $0.count <= mostBytes }.sorted { $0.count < $1.count }
  }

  /// What was once found, and is kept as a file of this folder.
  func kept() throws -> [[UInt8]] {
    try Reader.committed("Tests/Fuzzing/Found/\(name)", suffix: "", atMost: .max)
  }
}

/// One file for a reader.
final class Input {
  let bytes: [UInt8]
  private let file: String
  private var isWritten = false

  private static let folder: String = {
    // Memory, where there is such a disk.
    let shared = "/dev/shm"
    let base = access(shared, W_OK) == 0 ? shared : NSTemporaryDirectory()
    let path = "\(base)/autodistill-fuzzing-\(getpid())"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    atexit { Input.removeFolder() }
    return path
  }()

  /// Removes what has been written; a process that is killed leaves it to the one that watches it.
  static func removeFolder(of process: Int32 = getpid()) {
    for base in ["/dev/shm", NSTemporaryDirectory()] {
      try? FileManager.default.removeItem(atPath: "\(base)/autodistill-fuzzing-\(process)")
    }
  }

  init(_ bytes: [UInt8], for reader: Reader) throws {
    self.bytes = bytes
    file = "\(Input.folder)/\(reader.fileName)"
  }

  var data: Data { Data(bytes) }

  /// The input as a file.
  func path() throws -> String {
    if !isWritten {
      let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
      guard descriptor >= 0, write(descriptor, bytes, bytes.count) == bytes.count,
        close(descriptor) == 0
      else { throw Usage("room in \(Input.folder)") }
      isWritten = true
    }
    return file
  }

  /// A folder for files that a reader's seeds are written to.
  static func scratchFolder() throws -> String {
    let path = folder + "/seeds"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
