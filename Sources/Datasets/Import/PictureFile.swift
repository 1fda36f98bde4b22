import FileFormats
import Foundation

/// Reading pictures: PNG and Netpbm files here, all others through ImageMagick.
enum PictureFile {
  /// Reads a picture.
  ///
  /// - Throws: `FileFormatError` if it is damaged, `DatasetError.invalidData` if it is of another kind and
  ///   there is no program that reads it.
  static func read(_ path: String) throws -> RasterImage {
    switch (path as NSString).pathExtension.lowercased() {
    case "png": return try PNGFile.read(path)
    case "pbm", "pgm", "ppm", "pnm": return try NetpbmFile.read(path)
    default: return try converted(path)
    }
  }

  /// ImageMagick's program, by its name of today or of before; nil if it is not installed.
  private static let converter: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in ["magick", "convert"] {
      for folder in folders {
        let path = "\(folder)/\(name)"
        if FileManager.default.isExecutableFile(atPath: path) { return path }
      }
    }
    return nil
  }()

  private static func converted(_ path: String) throws -> RasterImage {
    func invalid(_ found: String, _ expected: String) -> DatasetError {
      .invalidData(file: path, location: "picture", found: found, expected: expected)
    }
    guard let converter else {
      throw invalid(
        "a file that is not PNG, PBM, PGM or PPM",
        """
        ImageMagick (apt-get install imagemagick), or NPY files, made by Python for example:
          >>> import glob, numpy as np; from PIL import Image
          >>> files = sorted(glob.glob("FOLDER/*/*")); names = sorted({f.split("/")[-2] for f in files})
          >>> np.save("x.npy", [np.asarray(Image.open(f).convert("RGB").resize((96, 96))) for f in files])
          >>> np.save("y.npy", [names.index(f.split("/")[-2]) for f in files])
        """)
    }
    let target = FileManager.default.temporaryDirectory
      .appendingPathComponent("autodistill-\(UUID().uuidString).png").path
    defer { unlink(target) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: converter)
    // [0]: the first frame of an animation. The picture is turned as its camera says, and nothing is left that says so.
    process.arguments = ["\(path)[0]", "-auto-orient", "-strip", "-depth", "8", "png32:" + target]
    let messages = Pipe()
    process.standardError = messages
    process.standardOutput = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let message = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0, FileManager.default.fileExists(atPath: target) else {
      let text = String(decoding: message, as: UTF8.self).split(separator: "\n").first ?? "nothing"
      throw invalid("what ImageMagick calls '\(text.prefix(200))'", "a picture")
    }
    return try PNGFile.read(target)
  }
}
