import FileFormats

private let fashionMNISTName = "fashion-mnist"

extension DatasetDefinition {
  static let classRange = 2...65_536

  /// Reads a definition strictly.
  ///
  /// - Throws: `JSONError` naming an unknown key or the field that is wrong.
  public init(_ field: JSONField) throws(JSONError) {
    let kinds = ["name", "train_images", "cifar10", "cifar100"]
    let names = try field.object("a data set").map(\.name)
    let present = kinds.filter(names.contains)
    guard let kind = present.first, present.count == 1 else {
      throw field.expected("exactly one of the keys \(JSONError.list(kinds))")
    }
    func members(_ keys: String...) throws(JSONError) -> JSONMembers {
      try field.members(
        of: "a data set",
        known: keys + ["validation_count", "split", "split_seed", "labels", "label_noise"])
    }
    let known: JSONMembers
    switch kind {
    case "name":
      known = try members("name", "folder")
      source = try Self.namedSource(known)
    case "train_images":
      known = try members(
        "train_images", "train_labels", "validation_images", "validation_labels", "test_images",
        "test_labels", "classes", "class_names", "layout", "groups", "test_count")
      source = try Self.arraySource(known)
    default:
      known = try members(kind)
      let folder = try known.required(kind).text("the folder of the files")
      source = kind == "cifar10" ? .cifar10(folder: folder) : .cifar100(folder: folder)
    }
    validationCount = try known["validation_count"]?.integer(in: 1...Int.max)
    testCount = try known["test_count"]?.integer(in: 1...Int.max)
    split = try known["split"].map { field throws(JSONError) in try Self.split(field, in: known) }
    splitSeed = UInt64(try known["split_seed"]?.integer(in: 0...Int.max) ?? 0)
    labels = try known["labels"].map { field throws(JSONError) in try KeptLabels(field) }
    if let noise = try known["label_noise"]?.number(in: 0...1), noise > 0 { labelNoise = noise }
    guard source.hasTestFiles == (testCount == nil) else {
      throw (known["test_count"] ?? field).expected(
        "either \"test_images\" and \"test_labels\", or \"test_count\"")
    }
    if source.hasValidationFiles, let count = known["validation_count"] {
      throw count.expected("no such field next to \"validation_images\"")
    }
    if source.hasValidationFiles && source.hasTestFiles {
      let draws = labels != nil || labelNoise != nil
      for name in ["split", "split_seed", "groups"] where !(draws && name == "split_seed") {
        if let idle = known[name] {
          throw idle.expected(
            "no such field where validation and test files are given: nothing is divided")
        }
      }
    }
  }

  private static func split(
    _ field: JSONField, in members: JSONMembers
  ) throws(JSONError) -> SplitMethod {
    let methods: [SplitMethod] = [.random, .stratified]
    guard let method = methods.first(where: { field.value == .text($0.rawValue) }) else {
      throw field.expected(
        JSONError.list(methods.map(\.rawValue)) + "; \"groups\" names a file of groups")
    }
    if method == .random, members["groups"] != nil {
      throw field.expected("no such value next to \"groups\", which are balanced by class")
    }
    return method
  }

  private static func namedSource(_ members: JSONMembers) throws(JSONError) -> Source {
    let name = try members.required("name")
    guard name.value == .text(fashionMNISTName) else {
      throw name.expected(
        "\"\(fashionMNISTName)\" (other data: \"train_images\", \"cifar10\" or \"cifar100\")")
    }
    let folder = try members["folder"]?.text("the folder of the files")
    return .fashionMNIST(folder: folder ?? Source.fashionMNISTFolder)
  }

  private static func arraySource(_ members: JSONMembers) throws(JSONError) -> Source {
    func pair(_ images: String, _ labels: String) throws(JSONError) -> ArrayPair {
      ArrayPair(
        images: try members.required(images).text("the file of the images"),
        labels: try members.required(labels).text("the file of the labels"))
    }
    func optional(_ split: String) throws(JSONError) -> ArrayPair? {
      let (images, labels) = ("\(split)_images", "\(split)_labels")
      guard members[images] != nil || members[labels] != nil else { return nil }
      return try pair(images, labels)
    }
    let names = try members["class_names"].map { field throws(JSONError) in
      try classNames(field)
    }
    let classes = try members["classes"]?.integer(in: classRange)
    if let names, let classes, names.count != classes {
      throw try members.required("class_names").expected(
        "\(classes) names, one for each of the \"classes\"")
    }
    return .arrays(
      train: try pair("train_images", "train_labels"), validation: try optional("validation"),
      test: try optional("test"), classes: classes,
      layout: try members["layout"]?.choice(PixelLayout.self), classNames: names,
      groups: try members["groups"]?.text("the file of the groups"))
  }

  private static func classNames(_ field: JSONField) throws(JSONError) -> [String] {
    let names = try field.elements(of: "class names").map { name throws(JSONError) in
      try name.text("the name of a class")
    }
    guard classRange.contains(names.count), Set(names).count == names.count else {
      throw field.expected("a name of its own for each class, at least two")
    }
    return names
  }
}

extension DatasetDefinition: Encodable {
  private enum CodingKeys: String, CodingKey {
    case name, folder
    case trainImages = "train_images"
    case trainLabels = "train_labels"
    case validationImages = "validation_images"
    case validationLabels = "validation_labels"
    case testImages = "test_images"
    case testLabels = "test_labels"
    case classNames = "class_names"
    case classes, layout, groups, cifar10, cifar100, split
    case validationCount = "validation_count"
    case testCount = "test_count"
    case splitSeed = "split_seed"
    case labels
    case labelNoise = "label_noise"
  }

  /// Writes the same JSON that `init(_:)` reads; values that are their default are left out.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch source {
    case .fashionMNIST(let folder):
      try container.encode(fashionMNISTName, forKey: .name)
      if folder != Source.fashionMNISTFolder { try container.encode(folder, forKey: .folder) }
    case .files(let files):
      try container.encode(files.train.images, forKey: .trainImages)
      try container.encode(files.train.labels, forKey: .trainLabels)
      try container.encodeIfPresent(files.validation?.images, forKey: .validationImages)
      try container.encodeIfPresent(files.validation?.labels, forKey: .validationLabels)
      try container.encodeIfPresent(files.test?.images, forKey: .testImages)
      try container.encodeIfPresent(files.test?.labels, forKey: .testLabels)
      try container.encodeIfPresent(files.classes, forKey: .classes)
      try container.encodeIfPresent(files.layout?.rawValue, forKey: .layout)
      try container.encodeIfPresent(files.classNames, forKey: .classNames)
      try container.encodeIfPresent(files.groups, forKey: .groups)
    case .cifar10(let folder): try container.encode(folder, forKey: .cifar10)
    case .cifar100(let folder): try container.encode(folder, forKey: .cifar100)
    }
    try container.encodeIfPresent(validationCount, forKey: .validationCount)
    try container.encodeIfPresent(testCount, forKey: .testCount)
    try container.encodeIfPresent(split, forKey: .split)
    if splitSeed != 0 { try container.encode(splitSeed, forKey: .splitSeed) }
    try container.encodeIfPresent(labels, forKey: .labels)
    try container.encodeIfPresent(labelNoise, forKey: .labelNoise)
  }
}
