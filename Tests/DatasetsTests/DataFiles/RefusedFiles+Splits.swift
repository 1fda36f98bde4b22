import TestSupport

@testable import Datasets

extension RefusedFiles {
  private static func table(
    _ files: DataFiles, _ text: String, _ more: String = "\"test_count\": 6"
  ) throws -> String {
    DataFiles.definition(try files.npy("x.npy"), try files.text(text, "y.csv"), more)
  }

  static let tables: [RefusedFiles] = [
    RefusedFiles("a table with semicolons", "y.csv", "'file;label'", "not by semicolons") {
      try table($0, "file;label\n" + (0..<24).map { "\($0);1\n" }.joined())
    },
    RefusedFiles("a table in UTF-16", "y.csv", "UTF-16", "UTF-8") {
      let text = "label\n" + DataFiles.labels.map { "\($0)\n" }.joined()
      try $0.write([0xFF, 0xFE] + text.utf16.flatMap { DataFiles.little($0) }, "y.csv")
      return DataFiles.definition(try $0.npy("x.npy"), "y.csv")
    },
    RefusedFiles("a table without labels", "'file', 'class'", "one called label") {
      try table($0, "file,class\n" + (0..<24).map { "\($0),1\n" }.joined())
    },
    RefusedFiles("numbers and names mixed", "'0' (line 2)", "'dog' (line 4)", "class_names") {
      try table($0, "label\n" + DataFiles.labels.map { $0 == 2 ? "dog\n" : "\($0)\n" }.joined())
    },
    RefusedFiles("a name that is none of the classes", "line 3", "'cow'", "ant, bee") {
      try table(
        $0,
        "label\n" + (0..<24).map { $0 == 1 ? "cow\n" : $0 % 2 == 0 ? "ant\n" : "bee\n" }.joined(),
        "\"test_count\": 6, \"class_names\": [\"ant\", \"bee\"]")
    },
    RefusedFiles("pictures without a table", "p", "no CSV file", "file and label", "data import") {
      _ = try $0.pictures("p")
      return DataFiles.definition("p", try $0.labels())
    },
    RefusedFiles("a table that does not name the pictures", "none called file") {
      _ = try $0.pictures("p")
      return DataFiles.definition("p", try $0.text("label\n1\n", "p.csv"))
    },
    RefusedFiles("a picture that is not there", "p/0/none.pgm") {
      DataFiles.definition(
        "p", try $0.text($0.pictures("p").replacing("0/0.pgm", with: "0/none.pgm"), "p.csv"))
    },
    RefusedFiles("a picture of another size", "p/0/4.pgm", "[1, 2, 1]", "[2, 3, 1]", "data import")
    {
      let table = try $0.pictures("p")
      try $0.text("P2 2 1 255 1 2", "p/0/4.pgm")
      return DataFiles.definition("p", try $0.text(table, "p.csv"))
    },
    RefusedFiles("a picture twice", "p.csv:26", "'0/0.pgm'", "line 25 too") {
      DataFiles.definition("p", try $0.text($0.pictures("p") + "0/0.pgm,class 1\n", "p.csv"))
    },
    RefusedFiles("a picture that is damaged", "p/0/6.pgm") {
      let table = try $0.pictures("p")
      try $0.text("P2 3 2 255 1 2", "p/0/6.pgm")
      return DataFiles.definition("p", try $0.text(table, "p.csv"))
    },
  ]

  /// Test files that hold some images of the training files' kind.
  private static func judged(
    _ files: DataFiles, _ type: String, _ images: [UInt8], labels: [Int] = DataFiles.labels,
    split: String = "test"
  ) throws -> String {
    let x = try files.npy("tx.npy", type, [24, 2, 3], images)
    let y = try files.labels(labels, "ty.npy")
    return "\"\(split)_images\": \"\(x)\", \"\(split)_labels\": \"\(y)\""
      + (split == "test" ? "" : ", \"test_count\": 6")
  }

  private static func floats(_ value: (Float) -> Float) -> [UInt8] {
    DataFiles.pixels().flatMap { DataFiles.little(value(Float($0)).bitPattern) }
  }

  static let splits: [RefusedFiles] = [
    RefusedFiles("test labels from 1", "ty.npy", "label 2", "1 to 3", "subtract 1") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try judged(
          $0, "|u1", DataFiles.pixels().reversed(), labels: DataFiles.labels.map { $0 + 1 }))
    },
    RefusedFiles("a test image of an unknown class", "ty.npy", "label 0", "only training images") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try judged(
          $0, "|u1", DataFiles.pixels().reversed(), labels: [-1] + DataFiles.labels.dropFirst()))
    },
    RefusedFiles("a validation image of an unknown class", "ty.npy", "only training images") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try judged(
          $0, "|u1", DataFiles.pixels().reversed(), labels: [-1] + DataFiles.labels.dropFirst(),
          split: "validation"))
    },
    RefusedFiles("test images 0…1, training images 0…255", "test_images", "another scale?") {
      DataFiles.definition(
        try $0.npy("x.npy", "<f4", [24, 2, 3], floats { $0 }), try $0.labels(),
        try judged($0, "<f4", floats { $0 / 255 }))
    },
    RefusedFiles("test images of another type", "tx.npy", "float32", "uint8, as in") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(), try judged($0, "<f4", floats { $0 / 255 }))
    },
    RefusedFiles("test files that are the training files", "the same as train_images") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        "\"test_images\": \"./x.npy\", \"test_labels\": \"y.npy\"")
    },
    RefusedFiles("a copy of the training images", "tx.npy", "the same as in", "x.npy") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(), try judged($0, "|u1", DataFiles.pixels()))
    },
    RefusedFiles(
      "training images in another order", "test_images",
      "24 images that are all in the training files"
    ) {
      let shuffled = (0..<24).flatMap { DataFiles.pixels(images: $0 * 5 % 24..<$0 * 5 % 24 + 1) }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(), try judged($0, "|u1", shuffled))
    },
    RefusedFiles("as many set aside as there are", "validation_count", "24", "fewer") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(), "\"test_count\": 6, \"validation_count\": 24")
    },
    RefusedFiles("so many set aside that a class has none left", "at most 15", "keeps an image") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(), "\"test_count\": 6, \"validation_count\": 16")
    },
    RefusedFiles("two groups for three splits", "data.groups", "2 groups", "at least 3") {
      let groups = (0..<24).map { UInt8($0 / 12) }
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try "\"test_count\": 6, \"groups\": \""
          + $0.npy("g.npy", "|u1", [24], groups) + "\"")
    },
    RefusedFiles("groups of other images", "g.npy", "number of groups", "20", "24") {
      DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try "\"test_count\": 6, \"groups\": \""
          + $0.npy("g.npy", "|u1", [20], [UInt8](repeating: 0, count: 20)) + "\"")
    },
    RefusedFiles("a group that is missing", "g.csv:4", "group", "an empty field") {
      let rows = (0..<24).map { "\($0 == 2 ? "" : "p\($0)")\n" }.joined()
      return DataFiles.definition(
        try $0.npy("x.npy"), try $0.labels(),
        try "\"test_count\": 6, \"groups\": \""
          + $0.text("group\n" + rows, "g.csv") + "\"")
    },
  ]
}
