extension DatasetDefinition: Codable {
  private static let fashionMNISTName = "fashion-mnist"
  private static let splitFields = ["validation_count", "split_seed"]
  private static let arrayFields = [
    "train_images", "train_labels", "test_images", "test_labels", "classes",
  ]
  static let classRange = 2...65_536

  /// Reads a definition strictly.
  ///
  /// - Throws: `DatasetError.invalidField` naming an unknown key or the field that is wrong.
  public init(from decoder: any Decoder) throws {
    let reader = try FieldReader(decoder)
    let kinds = ["name", "train_images", "cifar10", "cifar100"]
    let present = kinds.filter(reader.contains)
    guard let kind = present.first, present.count == 1 else {
      throw DatasetError.invalidField(
        field: reader.path,
        found: reader.names.isEmpty
          ? "no keys" : "the keys " + reader.names.joined(separator: ", "),
        expected: "exactly one of " + kinds.joined(separator: ", "))
    }
    switch kind {
    case "name":
      try reader.refuseUnknown(known: ["name", "folder"] + Self.splitFields)
      source = try Self.namedSource(reader)
    case "train_images":
      try reader.refuseUnknown(known: Self.arrayFields + ["test_count"] + Self.splitFields)
      source = try Self.arraySource(reader)
    default:
      try reader.refuseUnknown(known: [kind] + Self.splitFields)
      let folder = try reader.requiredString(kind)
      source = kind == "cifar10" ? .cifar10(folder: folder) : .cifar100(folder: folder)
    }
    validationCount = try reader.integer("validation_count", in: 1...Int.max)
    testCount = try reader.integer("test_count", in: 1...Int.max)
    splitSeed = UInt64(try reader.integer("split_seed", in: 0...Int.max) ?? 0)
    guard source.hasTestFiles == (testCount == nil) else {
      throw DatasetError.invalidField(
        field: reader.path("test_count"), found: testCount.map { "\($0)" } ?? "nothing",
        expected: "either test_images and test_labels, or a test_count")
    }
  }

  private static func namedSource(_ reader: FieldReader) throws -> Source {
    let name = try reader.requiredString("name")
    guard name == fashionMNISTName else {
      throw DatasetError.invalidField(
        field: reader.path("name"), found: "\"\(name)\"",
        expected: "\"\(fashionMNISTName)\" (other data: train_images, cifar10 or cifar100)")
    }
    return .fashionMNIST(folder: try reader.string("folder") ?? Source.fashionMNISTFolder)
  }

  private static func arraySource(_ reader: FieldReader) throws -> Source {
    let train = ArrayPair(
      images: try reader.requiredString("train_images"),
      labels: try reader.requiredString("train_labels"))
    var test: ArrayPair?
    if reader.contains("test_images") || reader.contains("test_labels") {
      test = ArrayPair(
        images: try reader.requiredString("test_images"),
        labels: try reader.requiredString("test_labels"))
    }
    return .arrays(
      train: train, test: test, classes: try reader.integer("classes", in: classRange))
  }

  /// Writes the same JSON that `init(from:)` reads; values that are their default are left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: FieldName.self)
    switch source {
    case .fashionMNIST(let folder):
      try container.encode(Self.fashionMNISTName, forKey: FieldName("name"))
      if folder != Source.fashionMNISTFolder {
        try container.encode(folder, forKey: FieldName("folder"))
      }
    case .arrays(let train, let test, let classes):
      try container.encode(train.images, forKey: FieldName("train_images"))
      try container.encode(train.labels, forKey: FieldName("train_labels"))
      try container.encodeIfPresent(test?.images, forKey: FieldName("test_images"))
      try container.encodeIfPresent(test?.labels, forKey: FieldName("test_labels"))
      try container.encodeIfPresent(classes, forKey: FieldName("classes"))
    case .cifar10(let folder):
      try container.encode(folder, forKey: FieldName("cifar10"))
    case .cifar100(let folder):
      try container.encode(folder, forKey: FieldName("cifar100"))
    }
    try container.encodeIfPresent(validationCount, forKey: FieldName("validation_count"))
    try container.encodeIfPresent(testCount, forKey: FieldName("test_count"))
    if splitSeed != 0 { try container.encode(splitSeed, forKey: FieldName("split_seed")) }
  }
}
