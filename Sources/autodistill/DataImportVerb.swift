import Datasets
import FileFormats
import Foundation

/// `autodistill data import FOLDER`
struct DataImportVerb: Verb {
  static let name = "data import"
  static let summary = "NPY files of one size from a folder of pictures, one sub-folder a class"
  static let operands = ["FOLDER"]
  static let options = [
    "--output", "--size", "--teacher-size", "--channels", "--fit", "--background",
  ]
  static let help = """
    USAGE: autodistill data import FOLDER --output DIR --size 96 [--teacher-size 224] [--channels 3]
                                   [--fit crop] [--background white]

    Reads the pictures in FOLDER, one sub-folder a class, or in FOLDER/train and FOLDER/test, and writes
    train-images.npy, train-labels.npy, the same for test, train-files.csv with the file of each image, and
    data.json: what "data" in a study.json in DIR would say. The sub-folders' names are the classes' names, in order. PNG, PBM, PGM and PPM are
    read here, all others through ImageMagick.

    --output DIR      where the files are written
    --size S          the side of the images in pixels, or HxW
    --teacher-size S  writes the same images once more in this size, for a teacher that sees larger
                      ones than its students, and says what "images" of the teacher has to be
    --channels C      1: grey, 3: colours (default)
    --fit FIT         where the proportions differ: crop (default; the middle is kept), stretch, or pad
    --background C    what shows through where pictures are not opaque: white, black or #rrggbb; without
                      it they are refused
    """

  private let folder: String
  private let output: String
  private let task: ImageImport

  init(_ arguments: Arguments) throws {
    folder = arguments.operands[0]
    output = try arguments.required("--output", "DIR", for: DataImportVerb.self)
    let sides = try DataImportVerb.sides(
      "--size", arguments.required("--size", "S", for: DataImportVerb.self))
    let teacherSides = try arguments.value("--teacher-size").map {
      try DataImportVerb.sides("--teacher-size", $0)
    }
    let channels = try arguments.integer("--channels", in: 1...3) ?? 3
    guard channels != 2 else {
      throw UsageError("--channels: got '2', expected 1 or 3", DataImportVerb.self)
    }
    let fit = arguments.value("--fit") ?? ImageScaling.Fit.crop.rawValue
    guard let fit = ImageScaling.Fit(rawValue: fit) else {
      let known = ImageScaling.Fit.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--fit: got '\(fit)', expected one of \(known)", DataImportVerb.self)
    }
    func scaling(_ sides: (height: Int, width: Int)) -> ImageScaling {
      ImageScaling(height: sides.height, width: sides.width, fit: fit)
    }
    task = ImageImport(
      scaling: scaling(sides), teacherScaling: teacherSides.map(scaling), channels: channels,
      background: try arguments.value("--background").map(DataImportVerb.colour))
  }

  /// Reads a side, or height and width.
  private static func sides(_ option: String, _ text: String) throws -> (height: Int, width: Int) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard (1...2).contains(sides.count), sides.allSatisfy({ (1...4096).contains($0) }) else {
      throw UsageError(
        "\(option): got '\(text)', expected a side such as 96, or height and width such as 64x96",
        DataImportVerb.self)
    }
    return (sides[0], sides[sides.count - 1])
  }

  /// Reads a colour.
  private static func colour(_ text: String) throws -> [UInt8] {
    switch text {
    case "white": return [255, 255, 255]
    case "black": return [0, 0, 0]
    default:
      guard text.hasPrefix("#"), text.count == 7, let value = Int(text.dropFirst(), radix: 16)
      else {
        throw UsageError(
          "--background: got '\(text)', expected white, black or #rrggbb", DataImportVerb.self)
      }
      return [UInt8(value >> 16), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
  }

  func run() throws -> ExitStatus {
    let pictures = try ImageFolder(folder)
    let total = pictures.train.count + pictures.test.count
    Terminal.print(
      "found:   \(pictures.train.count) training and \(pictures.test.count) test pictures of "
        + "\(pictures.classNames.count) classes: \(pictures.classNames.joined(separator: ", "))")
    if !pictures.leftOut.isEmpty {
      let named = pictures.leftOut.prefix(5).joined(separator: ", ")
      Terminal.log(
        "not read: \(named)"
          + (pictures.leftOut.count > 5 ? " and \(pictures.leftOut.count - 5) more" : "")
          + ": files next to the classes' folders, and folders within these")
    }
    let display = ProgressDisplay()
    let definition = try task.run(pictures, into: output) { done in
      display.show(
        .advance(done: Double(done), total: total, detail: "\(done) of \(total) pictures"))
    }
    display.finish()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let path = (output as NSString).appendingPathComponent("data.json")
    let text = String(decoding: try encoder.encode(definition), as: UTF8.self)
    try AtomicFile.write(text + "\n", to: path)
    Terminal.print("data:    \(path), for \"data\" in a study.json in \(output):")
    Terminal.print(text)
    if task.teacherScaling != nil {
      let splits = ["train"] + (pictures.test.isEmpty ? [] : ["test"])
      let images = splits.map { "\"\($0)\": \"\(ImageImport.teacherImages($0))\"" }
      Terminal.print(
        "teacher: what \"teacher\" has to have as well: \"images\": {\(images.joined(separator: ", "))}"
      )
    }
    return .success
  }
}
