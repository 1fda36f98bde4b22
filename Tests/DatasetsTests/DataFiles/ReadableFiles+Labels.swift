import TestSupport

@testable import Datasets

extension ReadableFiles {
  static let labelForms: [ReadableFiles] = [
    ReadableFiles("labels one-hot") {
      var hot: [UInt8] = []
      for label in DataFiles.labels { hot += (0..<3).map { $0 == label ? 1 : 0 } }
      return DataFiles.definition(try $0.npy("x.npy"), try $0.npy("y.npy", "|u1", [24, 3], hot))
    },
    ReadableFiles("labels as doubles in a column") {
      let column = DataFiles.labels.flatMap { DataFiles.little(Double($0).bitPattern) }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.npy("y.npy", "<f8", [24, 1], column))
    },
    ReadableFiles("labels as big-endian short numbers") {
      let column = DataFiles.labels.flatMap { DataFiles.big(UInt16($0)) }
      return DataFiles.definition(try $0.npy("x.npy"), try $0.npy("y.npy", ">u2", [24], column))
    },
    ReadableFiles("labels as names in an NPY", classNames: ["ant", "bee", "cat"]) {
      let names = ["ant", "bee", "cat"]
      var units: [UInt8] = []
      for label in DataFiles.labels {
        for scalar in names[label].unicodeScalars { units += DataFiles.little(scalar.value) }
      }
      return DataFiles.definition(try $0.npy("x.npy"), try $0.npy("y.npy", "<U3", [24], units))
    },
    ReadableFiles(
      "training images of an unknown class", counts: [17, 1, 6],
      label: { $0 < 6 ? -1 : DataFiles.label($0) }
    ) {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(DataFiles.labels.enumerated().map { $0 < 6 ? -1 : $1 }),
        "\"test_count\": 6, \"split\": \"random\"")
    },
  ]

  static let archives: [ReadableFiles] = [
    ReadableFiles("NPZ of both") {
      let labels = DataFiles.npy("|u1", [24], DataFiles.labels.map { UInt8($0) })
      try $0.write(
        DataFiles.npz([("x", DataFiles.npy("|u1", [24, 2, 3], DataFiles.pixels())), ("y", labels)]),
        "all.npz")
      return DataFiles.definition("all.npz[x]", "all.npz[y]")
    },
    ReadableFiles("NPZ of one array each") {
      try $0.write(
        DataFiles.npz([("arr_0", DataFiles.npy("|u1", [24, 2, 3], DataFiles.pixels()))]), "x.npz")
      return DataFiles.definition("x.npz", try $0.labels())
    },
    ReadableFiles(
      "CIFAR-10", channels: 3, counts: [10, 1, 10], label: { max(0, $0 - 1) },
      value: { image, place in
        Float(UInt8(truncatingIfNeeded: max(0, image - 1) * 31 + place % 3))
      }
    ) { files in
      // Class 0 has two images and so one to spare.
      for (batch, labels) in [[0, 0, 1], [2, 3], [4, 5], [6, 7], [8, 9]].enumerated() {
        try files.write(
          labels.flatMap { DataFiles.record($0, [UInt8($0)]) }, "c/data_batch_\(batch + 1).bin")
      }
      try files.write(
        (0..<10).flatMap { DataFiles.record($0 + 50, [UInt8($0)]) }, "c/test_batch.bin")
      return "{\"cifar10\": \"c\", \"validation_count\": 1, \"split\": \"stratified\"}"
    },
  ]

  static let tables: [ReadableFiles] = [
    ReadableFiles("CSV of numbers") {
      let rows = DataFiles.labels.map { "\($0)\n" }.joined()
      return DataFiles.definition(try $0.npy("x.npy"), try $0.text("label\n" + rows, "y.csv"))
    },
    ReadableFiles(
      "CSV as pandas writes it where some are missing",
      label: { $0 % 8 == 0 ? -1 : DataFiles.label($0) }
    ) {
      let rows = DataFiles.labels.enumerated().map { index, label in
        "\(index),\(index % 8 == 0 ? "" : "\(label).0")\n"
      }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.text("id,label\n" + rows.joined(), "y.csv"))
    },
    ReadableFiles(
      "CSV of a spreadsheet: quotes, a mark, other line ends", classNames: ["a, b", "c", "d"]
    ) {
      let names = ["\"a, b\"", "c", "\"d\""]
      let rows = DataFiles.labels.map { "\(names[$0]),x\r\n" }.joined()
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.text("\u{FEFF}label,note\r\n" + rows, "y.csv"))
    },
    ReadableFiles(
      "CSV of names in an order of their own", classNames: ["z", "y", "x"]
    ) {
      let rows = DataFiles.labels.map { "\(["z", "y", "x"][$0])\n" }.joined()
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.text("label\n" + rows, "y.csv"),
        "\"test_count\": 6, \"class_names\": [\"z\", \"y\", \"x\"]")
    },
    ReadableFiles("CSV of digits that are names", classNames: ["3", "8", "A"]) {
      let rows = DataFiles.labels.map { "\(["3", "8", "A"][$0])\n" }.joined()
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.text("label\n" + rows, "y.csv"),
        "\"test_count\": 6, \"class_names\": [\"3\", \"8\", \"A\"]")
    },
    ReadableFiles(
      "grey pictures in folders", classNames: named, label: { DataFiles.label(23 - $0) },
      value: { Float(DataFiles.pixel(23 - $0, $1)) }
    ) {
      DataFiles.definition("p", try $0.text($0.pictures("p"), "p.csv"))
    },
    ReadableFiles(
      "pictures in colours", channels: 3, classNames: named,
      label: { DataFiles.label(23 - $0) }, value: { Float(DataFiles.pixel(23 - $0, $1)) }
    ) {
      DataFiles.definition("p", try $0.text($0.pictures("p", channels: 3), "p.csv"))
    },
  ]

  static let parts: [ReadableFiles] = [
    ReadableFiles("files for each split", counts: [24, 3, 6]) { files in
      func pair(_ split: String, _ images: Range<Int>) throws -> String {
        let x = try files.npy(
          "\(split)x.npy", "|u1", [images.count, 2, 3], DataFiles.pixels(images: images))
        let y = try files.labels(images.map(DataFiles.label), "\(split)y.npy")
        return "\"\(split)_images\": \"\(x)\", \"\(split)_labels\": \"\(y)\""
      }
      let own = try pair("validation", 3..<6) + ", " + pair("test", 6..<12)
      return DataFiles.definition(try files.npy("x.npy"), try files.labels(), own)
    },
    ReadableFiles("groups as numbers", counts: nil) {
      let groups = (0..<24).flatMap { DataFiles.little(Int32($0 / 3 * 100)) }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try "\"test_count\": 6, \"validation_count\": 3, \"groups\": \""
          + $0.npy("g.npy", "<i4", [24], groups) + "\"")
    },
    ReadableFiles("groups as texts in an NPY", counts: nil) {
      let groups = (0..<24).flatMap { Array("p\($0 / 3)".utf8) }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try "\"test_count\": 6, \"validation_count\": 3, \"groups\": \""
          + $0.npy("g.npy", "|S2", [24], groups) + "\"")
    },
    ReadableFiles(
      "groups in a CSV of pictures in another order", classNames: named, counts: nil,
      label: { DataFiles.label(23 - $0) }, value: { Float(DataFiles.pixel(23 - $0, $1)) }
    ) {
      let rows = (0..<24).map { "\($0 % 2)/\($0).pgm,patient \($0 / 3)\n" }.joined()
      return DataFiles.definition(
        "p", try $0.text($0.pictures("p"), "p.csv"),
        try "\"test_count\": 6, \"validation_count\": 3, \"groups\": \""
          + $0.text("file,group\n" + rows, "g.csv") + "\"")
    },
  ]
}
