import Datasets
import FileFormats
import Foundation

extension Reader {
  /// Arrays of numbers, and data sets made of them.
  static let arrayReaders: [Reader] = [
    Reader("npy", file: "input.npy", share: 40, seeds: npySeeds) { input in
      _ = try NPYFile.read(input.path())
    },
    Reader(
      "npz", file: "input.npz", share: 40, seeds: npzSeeds
    ) { input in
      let path = try input.path()
      let names = try NPZFile.names(in: path)
      for name in names.prefix(3) { _ = try NPZFile.read(path, name: name) }
      _ = try NPZFile.read(path)
    },
    // What is inside of an archive with the right checksums.
    Reader("npz-member", file: "member.npz", seeds: npySeeds) { input in
      let archive = ZipBytes.archive([("x.npy", input.bytes)])
      let file = try Input(
        archive, for: Reader("npz-member", file: "member.npz", seeds: npySeeds) { _ in })
      _ = try NPZFile.read(file.path())
    },
    Reader(
      "idx", file: "input-idx3-ubyte", share: 40,
      seeds: { folder in
        try [
          NumericArray(shape: [2, 3, 3], (0..<18).map { UInt8($0) }),
          NumericArray(shape: [4], [Int32](repeating: 7, count: 4)),
          NumericArray(shape: [1, 2], [0.5, -1.0]),
        ].map { array in
          try IDXFile.write(array, to: folder + "/a")
          return [UInt8](try Data(contentsOf: URL(filePath: folder + "/a")))
        }
      }
    ) { input in
      _ = try IDXFile.read(input.path())
    },
    // Each takes a process of gzip.
    Reader(
      "idx-gz", file: "input-idx1-ubyte.gz", share: 1,
      seeds: { _ in
        [
          GzipBytes.stored([0, 0, 8, 1, 0, 0, 0, 4, 1, 2, 3, 4]),
          GzipBytes.stored(
            [0, 0, 8, 1, 0xFF, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 999)),
        ]
      }
    ) { input in
      _ = try IDXFile.read(input.path())
    },
    Reader(
      "cifar", file: "data_batch_1.bin",
      seeds: { _ in [(0..<2 * 3073).map { UInt8(truncatingIfNeeded: $0 &* 31) }] }
    ) { input in
      let path = try input.path()
      for labelBytes in [1, 2] {
        guard let file = try? CIFARFile([path], labelBytes: labelBytes) else { continue }
        _ = try file.labels()
        _ = try file.images(0..<file.count)
      }
      _ = try CIFARFile([path], labelBytes: 1)
    },
    Reader(
      "safetensors", file: "input.safetensors", share: 40,
      seeds: { folder in
        let file = SafetensorsFile(
          tensors: [
            "a.weight": NumericArray(shape: [2, 3], [Float](repeating: 1, count: 6)),
            "b": NumericArray(shape: [], [Double(2)]),
            "c": NumericArray(shape: [0, 5], [UInt8]()),
          ], metadata: ["format": "x", "é": "\"\\\n"])
        try file.write(to: folder + "/a")
        return [[UInt8](try Data(contentsOf: URL(filePath: folder + "/a")))]
      }
    ) { input in
      _ = try SafetensorsFile.read(input.path())
    },
    Reader(
      "data-images", file: "images.npy", share: 4,
      seeds: { folder in
        try NPYFile.write(
          NumericArray(shape: [12, 2, 2], (0..<48).map { UInt8(5 * $0) }), to: folder + "/i.npy")
        try NPYFile.write(
          NumericArray(shape: [12, 2, 2, 1], (0..<48).map { Float($0) / 48 }),
          to: folder + "/f.npy")
        return try ["i", "f"].map {
          [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\($0).npy")))
        }
      }
    ) { input in
      try prepareData(images: input.path(), labels: nil)
    },
    Reader(
      "data-labels", file: "labels.csv", share: 4,
      seeds: { _ in
        [
          "label\n" + (0..<12).map { "\($0 % 3)\n" }.joined(),
          "label\n" + (0..<12).map { "\(["cat", "dog", ""][$0 % 3])\n" }.joined(),
        ].map { Array($0.utf8) }
      }
    ) { input in
      try prepareData(images: nil, labels: input.path())
    },
  ]

  /// Prepares a data set of which one file is given and the other is in order.
  private static func prepareData(images: String?, labels: String?) throws {
    let folder = try Input.scratchFolder()
    if images == nil {
      try NPYFile.write(
        NumericArray(shape: [12, 2, 2], (0..<48).map { UInt8(5 * $0) }), to: folder + "/images.npy")
    }
    if labels == nil {
      try Data(("label\n" + (0..<12).map { "\($0 % 3)\n" }.joined()).utf8)
        .write(to: URL(filePath: folder + "/labels.csv"))
    }
    let definition = DatasetDefinition(
      source: .arrays(
        train: .init(
          images: images ?? folder + "/images.npy", labels: labels ?? folder + "/labels.csv"),
        test: nil, classes: nil),
      validationCount: 3, testCount: 3)
    let prepared = folder + "/prepared"
    defer { try? FileManager.default.removeItem(atPath: prepared) }
    _ = try PreparedDataset.prepare(definition, baseFolder: folder, into: prepared)
  }

  @Sendable private static func npySeeds(_ folder: String) throws -> [[UInt8]] {
    var seeds: [[UInt8]] = try [
      NumericArray(shape: [2, 3], [Float](repeating: 0.5, count: 6)),
      NumericArray(shape: [3], [Int64](repeating: -1, count: 3)),
      NumericArray(shape: [0, 7], [UInt8]()), NumericArray(shape: [], [Double(1)]),
    ].map { array in
      try NPYFile.write(array, to: folder + "/a.npy")
      return [UInt8](try Data(contentsOf: URL(filePath: folder + "/a.npy")))
    }
    for (type, order, shape, bytes) in [
      ("<f2", "False", "(2,)", 4), (">i4", "True", "(2, 2)", 16), ("|b1", "True", "(2, 3)", 6),
      ("<U2", "False", "(2,)", 16), ("|S3", "False", "(2,)", 6), ("|O", "False", "(1,)", 8),
    ] {
      let text = "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n"
      for version in [UInt8(1), 2] {
        let length = UInt8(text.utf8.count)
        seeds.append(
          [0x93] + Array("NUMPY".utf8) + [version, 0]
            + (version == 1 ? [length, 0] : [length, 0, 0, 0]) + Array(text.utf8)
            + [UInt8](repeating: 65, count: bytes))
      }
    }
    return seeds
  }

  @Sendable private static func npzSeeds(_ folder: String) throws -> [[UInt8]] {
    let arrays = try npySeeds(folder)
    return [
      ZipBytes.archive([("x.npy", arrays[0])]),
      ZipBytes.archive([("x.npy", arrays[1]), ("ü.npy", arrays[2]), ("readme", [1, 2])]),
      ZipBytes.archive([("x.npy", arrays[0])], isDeflated: true),
    ] + (try Reader.committed("Tests/Fuzzing/Seeds", suffix: ".npz", atMost: 1 << 16))
  }
}
