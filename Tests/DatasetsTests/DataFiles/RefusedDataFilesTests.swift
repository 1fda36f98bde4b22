import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A data set that cannot be meant as it is, and what must be said.
struct RefusedFiles: CustomTestStringConvertible {
  let testDescription: String
  let words: [String]
  /// Writes the files and returns what `study.json` has under "data".
  let make: @Sendable (DataFiles) throws -> String

  init(
    _ name: String, _ words: String..., make: @escaping @Sendable (DataFiles) throws -> String
  ) {
    (testDescription, self.words, self.make) = (name, words, make)
  }

  static let all: [RefusedFiles] = [images, labels, tables, splits].flatMap(\.self)

  private static func grey(_ files: DataFiles, _ shape: [Int]) throws -> String {
    let bytes = (0..<shape.reduce(1, *)).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    return try files.npy("x.npy", "|u1", shape, bytes)
  }

  private static let images: [RefusedFiles] = [
    RefusedFiles("one channel first", "[24, 1, 28, 28]", "\"layout\"", "\"NCHW\"") {
      DataFiles.definition(try grey($0, [24, 1, 28, 28]), try $0.labels())
    },
    RefusedFiles("flattened images", "[24, 784]", "reshape", "[24, 28, 28]") {
      DataFiles.definition(try grey($0, [24, 784]), try $0.labels())
    },
    RefusedFiles("flattened images in colours", "[24, 3072]", "[24, 32, 32, 3]") {
      DataFiles.definition(try grey($0, [24, 3072]), try $0.labels())
    },
    RefusedFiles("no images", "[0, 2, 3]", "none of them 0") {
      DataFiles.definition(try $0.npy("x.npy", "|u1", [0, 2, 3], []), try $0.labels())
    },
    RefusedFiles("a pixel that is no number", "x.npy", "image 2", "nan", "finite") {
      var values = (0..<144).map { Float($0) }
      values[13] = .nan
      return DataFiles.definition(
        try $0.npy("x.npy", "<f4", [24, 2, 3], values.flatMap { DataFiles.little($0.bitPattern) }),
        try $0.labels())
    },
    RefusedFiles("pixels of 12 bits", "image 0", "a pixel of 4095, uint16", "0 to 255") {
      let values = (0..<144).map { _ in UInt16(4095) }
      return DataFiles.definition(
        try $0.npy("x.npy", "<u2", [24, 2, 3], values.flatMap { DataFiles.little($0) }),
        try $0.labels())
    },
    RefusedFiles("images cut short", "x.npy", "143 bytes", "144 bytes") {
      DataFiles.definition(
        try $0.npy("x.npy", "|u1", [24, 2, 3], DataFiles.pixels().dropLast()), try $0.labels())
    },
    RefusedFiles("a compressed file cut short", "x.gz", "gzip stream") { files in
      let name = try files.gzip(
        files.write(DataFiles.idx(8, [24, 2, 3], DataFiles.pixels()), "x"))
      let whole = try files.folder.read(name)
      try files.write([UInt8](whole.prefix(whole.count / 2)), name)
      return DataFiles.definition(name, try files.labels())
    },
    RefusedFiles("an archive with a wrong byte", "x.npz", "another checksum") {
      var bytes = DataFiles.npz([("x", DataFiles.npy("|u1", [24, 2, 3], DataFiles.pixels()))])
      bytes[150] ^= 1
      return DataFiles.definition(try $0.write(bytes, "x.npz"), try $0.labels())
    },
    RefusedFiles("an archive of several arrays", "a, b", "the name of one") {
      let npy = DataFiles.npy("|u1", [24, 2, 3], DataFiles.pixels())
      return DataFiles.definition(
        try $0.write(DataFiles.npz([("a", npy), ("b", npy)]), "x.npz"), try $0.labels())
    },
    RefusedFiles("Python objects", "'descr'", "Python objects") {
      DataFiles.definition(
        try $0.npy("x.npy", "|O", [24], [UInt8](repeating: 0, count: 24 * 8)), try $0.labels())
    },
    RefusedFiles("a pointer of Git LFS", "x.npy", "the start of a NPY file") {
      DataFiles.definition(
        try $0.text("version https://git-lfs.github.com/spec/v1\noid sha256:…\n", "x.npy"),
        try $0.labels())
    },
    RefusedFiles("a file of MATLAB", "x.mat", "an IDX file") {
      DataFiles.definition(
        try $0.text("MATLAB 5.0 MAT-file, Platform: GLNXA64", "x.mat"), try $0.labels())
    },
    RefusedFiles("a pipe", "x.npy", "a pipe") {
      #expect(mkfifo($0.folder.file("x.npy"), 0o600) == 0)
      return DataFiles.definition("x.npy", try $0.labels())
    },
    RefusedFiles("images and labels swapped", "labels: whole numbers", "swapped?") {
      DataFiles.definition(try $0.labels(), try $0.npy("x.npy"))
    },
    RefusedFiles("no such file", "none.npy") { DataFiles.definition("none.npy", try $0.labels()) },
  ]

  private static func labels(
    _ files: DataFiles, _ label: (Int) -> Int, _ more: String = "\"test_count\": 6"
  ) throws -> String {
    DataFiles.definition(
      try files.npy("x.npy"), try files.labels((0..<24).map(label)), more)
  }

  private static let labels: [RefusedFiles] = [
    RefusedFiles("labels from 1", "class 0 (1 of 4", "numbered from 0", "1 to 3, subtract 1") {
      try labels($0) { $0 % 3 + 1 }
    },
    RefusedFiles("labels with 255 for none", "class 3, 4", "255 often marks", "write −1") {
      try labels($0) { $0 == 5 ? 255 : $0 % 3 }
    },
    RefusedFiles("255 where there are 3 classes", "label 5", "255 often marks", "0 to 2") {
      try labels($0, { $0 == 5 ? 255 : $0 % 3 }, "\"test_count\": 6, \"classes\": 3")
    },
    RefusedFiles("codes as labels", "class 1, 2", "without gaps", "names") {
      try labels($0) { $0 % 3 * 10 }
    },
    RefusedFiles("labels below −1", "label 4", "-2", "−1 where the class is not known") {
      try labels($0) { $0 == 4 ? -2 : $0 % 3 }
    },
    RefusedFiles("no label at all", "none of a known class") { try labels($0) { _ in -1 } },
    RefusedFiles("a class of one image, set aside", "set aside", "\"split\": \"stratified\"") {
      // Three images are left for four classes.
      try labels(
        $0, { $0 == 4 ? 3 : $0 % 3 },
        "\"test_count\": 20, \"validation_count\": 1, \"split\": \"random\"")
    },
    RefusedFiles("soft labels", "label 0", "0.5", "soft labels are a teacher's") {
      let soft = (0..<72).flatMap { _ in DataFiles.little(Float(0.5).bitPattern) }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.npy("y.npy", "<f4", [24, 3], soft))
    },
    RefusedFiles("missing labels as NaN", "label 2", "nan", "−1 where the class is not known") {
      let values = (0..<24).map { $0 == 2 ? Float.nan : Float($0 % 3) }
      return DataFiles.definition(
        try $0.npy("x.npy"),
        try $0.npy("y.npy", "<f4", [24], values.flatMap { DataFiles.little($0.bitPattern) }))
    },
    RefusedFiles("fewer labels than images", "found 23", "expected 24") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(Array(DataFiles.labels.prefix(23))))
    },
  ]
}

@Suite("data files that cannot be meant")
struct RefusedDataFilesTests {
  @Test("are refused with what to do", arguments: RefusedFiles.all)
  func refuses(files: RefusedFiles) throws {
    let made = try DataFiles()
    let definition = try files.make(made)
    do {
      _ = try made.prepare(definition)
      Issue.record("no error")
    } catch {
      for word in files.words { #expect("\(error)".contains(word), "\(error)") }
    }
    #expect(!made.folder.has("prepared/dataset.json"))
  }
}
