import Datasets
import FileFormats

/// Logits that somebody has computed: `{"logits": {"train": "t.npy", "kind": "logits", …}}`.
struct PrecomputedForm: TeacherForm {
  static let key = "logits"
  static let changingKeys: [String] = [key]
  static let pathKeys: [String] = [key, "train", "validation", "test"]

  /// A row for each image of the data's training files, in their order before any split.
  var train: String
  /// Rows for the validation split, where they are not those of `train`.
  var validation: String?
  /// A row for each image of the data's test files.
  var test: String?
  /// Whether the files have the largest of each row alone; nil where their arrays say so.
  var isTopK: Bool?
  var meaning: LogitMeaning

  init(_ field: JSONField) throws(JSONError) {
    let outer = try field.members(of: "a teacher", known: [PrecomputedForm.key])
    let inner = try outer.required(PrecomputedForm.key)
    let members = try inner.members(
      of: "precomputed logits",
      known: ["train", "validation", "test", "top_k"] + LogitMeaning.keys)
    train = try members.required("train").text("a .npy or .npz file")
    validation = try members["validation"]?.text("a .npy or .npz file")
    test = try members["test"]?.text("a .npy or .npz file")
    isTopK = try members["top_k"]?.flag()
    meaning = try LogitMeaning(members, place: inner.path)
    if let field = members["top_k"], isTopK == true, meaning.kind == .logits {
      throw field.expected(
        "false: logits of some classes do not say how much the other classes have; kind has to be "
          + "\"probabilities\" or \"log_probabilities\"")
    }
  }

  /// The test split has no part in any result, so its logits may be added later.
  var withoutPaths: PrecomputedForm {
    var form = self
    (form.train, form.validation, form.test) = ("", validation.map { _ in "" }, nil)
    form.meaning.place = ""
    return form
  }

  var origin: String { "precomputed \(meaning.kind.rawValue) (\(train))" }
  var isGiven: Bool { true }

  func obstacleToTesting(on data: DatasetDefinition) -> String? {
    data.testCount == nil && test == nil ? "\(meaning.place) has no \"test\"" : nil
  }

  func teacher(in setting: TeacherSetting) throws -> any Teacher {
    let data = setting.dataset.definition
    if data.testCount != nil, let test {
      throw JSONError.invalid(
        file: setting.file, field: "\(meaning.place).test", value: "\"\(test)\"",
        expected: "nothing, since the test images are taken from the training files, whose logits "
          + "\"train\" has")
    }
    if data.source.hasValidationFiles, validation == nil {
      throw JSONError.invalid(
        file: setting.file, field: "\(meaning.place).validation", value: "nothing",
        expected: "the logits of the data's validation files, since students are compared on them")
    }
    return PrecomputedTeacher(
      form: self, setting: setting,
      order: try meaning.order(on: setting.dataset, file: setting.file))
  }
}

/// Logits in files as a teacher.
private struct PrecomputedTeacher: Teacher {
  let form: PrecomputedForm
  let setting: TeacherSetting
  /// For each class of the data its place in a row.
  let order: [Int]?

  /// Logits of the test split are not in it: nothing depends on them.
  func identity() throws -> String {
    let hashes = try [form.train, form.validation].map { name in
      try name.map { try ContentHash.hexadecimal(ofFile: setting.path(NPZFile.parts(of: $0).file)) }
        ?? ""
    }
    let arrays = [form.train, form.validation ?? ""].map { NPZFile.parts(of: $0).array ?? "" }
    return ContentHash.hexadecimal(
      of: (["logits", form.meaning.identity, "\(form.isTopK.map(String.init) ?? "")"] + hashes
        + arrays + [setting.dataset.contentHash]).joined(separator: "|"))
  }

  var obstacleToAsking: String? {
    "precomputed logits (\(form.meaning.place)) say nothing of augmented images"
  }

  func answers(on split: DatasetSplit, _ work: TeacherWork) throws -> TeacherAnswers? {
    // The test split is asked about when everything has been trained: too late to find that its file does not fit.
    if split == .training { _ = try rows(on: .test) }
    guard let (name, file, rows) = try rows(on: split) else { return nil }
    let said = try file.read(rows, form.meaning, classes: setting.dataset.classes, order: order)
    let notes = [said.topKNote, LogitRows.note(raisedCount: said.raisedCount)]
    return TeacherAnswers(
      logits: said.logits, notes: notes.compactMap { $0.map { "\(name), \(split) split: \($0)" } })
  }

  /// Returns the file that has a split's logits, its name, and the row of each image; nil where there is none.
  private func rows(
    on split: DatasetSplit
  ) throws -> (name: String, file: LogitFile, rows: [Int])? {
    let dataset = setting.dataset
    let (files, indices) = try dataset.sourceOrder(of: split)
    let own: String? =
      switch split {
      case .training: nil
      case .validation: form.validation
      case .test: form.test
      }
    guard let name = files == .training ? own ?? form.train : own else { return nil }
    let file = try LogitFile(
      setting.path(name), isTopK: form.isTopK, classes: dataset.classes)
    return (
      name, file,
      try file.rows(
        for: indices, of: try dataset.sourceCount(of: files),
        hasOwnRows: own != nil && files == .training)
    )
  }
}

extension LogitFile {
  /// Returns what some rows say, checked: logits, `[rows.count, classes]`, and how many probabilities were zero.
  ///
  /// - Parameter order: For each class of the data its place in a row.
  func read(
    _ rows: [Int], _ meaning: LogitMeaning, classes: Int, order: [Int]?
  ) throws -> (logits: [Float], raisedCount: Int, topKNote: String?) {
    var converted = try LogitRows(
      meaning, values: values, floats: floats, classes: classes, order: order, path: path)
    var topK = try TopKRows(self, meaning, classes: classes)
    var logits: [Float] = []
    logits.reserveCapacity(rows.count * classes)
    for row in rows {
      if topK != nil {
        if let probabilities = try topK?.probabilities(row) {
          converted.append(probabilities: probabilities, to: &logits)
        }
      } else {
        try converted.append(self.row(row), row: row, to: &logits)
      }
    }
    try converted.finish()
    return (logits, converted.raisedCount, topK?.note)
  }
}
