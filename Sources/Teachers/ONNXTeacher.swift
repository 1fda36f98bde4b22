import Datasets
import Distillation
import FileFormats
import Foundation
import NeuralNetworks
import ONNXInference
import TensorKernels

/// A classifier in an ONNX file as a teacher.
struct ONNXTeacher: ChunkedTeacher {
  private let form: ONNXForm
  let setting: TeacherSetting
  /// For each class of the data its place in a row.
  private let order: [Int]?

  /// - Throws: `JSONError` naming the field that does not fit the data.
  init(form: ONNXForm, in setting: TeacherSetting) throws {
    (self.form, self.setting) = (form, setting)
    let dataset = setting.dataset
    order = try form.meaning.order(on: dataset, file: setting.file)
    try form.input.standardization?.check(
      channels: dataset.channels, file: setting.file, place: form.place)
    try form.input.scale.check(on: dataset, file: setting.file, place: form.place)
  }

  private var path: String { setting.path(form.path) }

  func identity() throws -> String {
    let folder = Folder.parent(of: path)
    let external = try ONNXModel.read(path).externalLocations.map {
      (folder as NSString).appendingPathComponent($0)
    }
    let hashes = try ([path] + external).map { try ContentHash.hexadecimal(ofFile: $0) }
    return ContentHash.hexadecimal(
      of: (["onnx"] + hashes
        + [
          form.input.identity, form.output ?? "", form.meaning.identity,
          setting.dataset.contentHash,
        ])
        .joined(separator: "\u{1e}"))
  }

  var obstacleToAsking: String? { nil }

  func prepare(_ work: TeacherWork) throws {
    let classifier = try classifier()
    work.note(
      "\(form.place).onnx: \(form.path) gets images as float32 \(classifier.inputShape), "
        + "\(form.input.scale.rawValue), and gives \(classifier.outputKind.rawValue) of "
        + "\(classifier.classes) classes")
  }

  func costs() throws -> TeacherCosts? {
    let classifier = try classifier()
    return TeacherCosts(macs: classifier.macs, parameters: classifier.parameters)
  }

  func answers(
    to question: TeacherQuestion, _ work: TeacherWork
  ) throws -> (logits: [Float], raisedCount: Int) {
    var teacher = try liveTeacher()
    let meaning = try meaning(teacher.classifier)
    teacher.meaning = nil
    return try LogitChunks(
      in: chunkFolder, of: question,
      identity: teacher.contentHash + question.viewIdentity(setting.reader)
    ).answers(
      count: setting.dataset.count(question.split), classes: setting.dataset.classes,
      chunk: LogitChunks.usualChunk, work
    ) { range in
      try checked(
        teacher.logits(of: question, range: range, reader: setting.reader, work), meaning)
    }
  }

  /// Turns the graph's outputs into logits, and checks that they are what they are said to be.
  private func checked(
    _ outputs: [Float], _ meaning: LogitMeaning
  ) throws -> (logits: [Float], raisedCount: Int) {
    let classes = setting.dataset.classes
    var rows = try LogitRows(
      meaning, values: NumericArray(shape: [outputs.count / classes, classes], outputs),
      floats: outputs,
      classes: classes, order: order, path: path)
    var logits: [Float] = []
    logits.reserveCapacity(outputs.count)
    for row in 0..<outputs.count / classes {
      try rows.append(outputs[row * classes..<(row + 1) * classes], row: row, to: &logits)
    }
    try rows.finish()
    return (logits, rows.raisedCount)
  }

  func live() throws -> any ImageClassifier { try liveTeacher() }

  private func liveTeacher() throws -> LiveONNX {
    let classifier = try classifier()
    let wanted = form.input.wanted(of: setting.dataset)
    return LiveONNX(
      classifier: classifier,
      layout: form.input.layout == .channelsFirst ? .channelsLast : .asInFile,
      meaning: try meaning(classifier), order: order,
      map: PixelMap(from: setting.dataset.standardization, to: wanted),
      resizing: ImageResizing(
        from: (setting.dataset.height, setting.dataset.width), to: (size.height, size.width),
        channels: setting.dataset.channels),
      contentHash: try identity())
  }
}

extension ONNXTeacher {
  /// The size of the graph's images.
  private var size: (height: Int, width: Int) {
    (form.input.height ?? setting.dataset.height, form.input.width ?? setting.dataset.width)
  }

  /// Reads the file and checks that it fits the data.
  ///
  /// - Throws: `JSONError` naming the field that does not fit, or what is wrong with the file.
  private func classifier() throws -> ONNXClassifier {
    let channels = setting.dataset.channels
    let shape =
      form.input.layout == .channelsFirst
      ? [channels, size.height, size.width] : [size.height, size.width, channels]
    let classifier: ONNXClassifier
    do {
      classifier = try ONNXClassifier(contentsOf: path, imageShape: shape, output: form.output)
    } catch ONNXInferenceError.notAClassifier(_, let location, let found, let expected) {
      throw refused(
        "onnx", "\(form.path), whose \(location) has \(found)",
        "\(expected); images are \(shape), as their files and \"input\" (layout, size) say")
    }
    guard classifier.classes == setting.dataset.classes else {
      throw refused(
        "onnx", "\(classifier.classes) classes in \(form.path)",
        "\(setting.dataset.classes), as many as the data have")
    }
    return classifier
  }

  private func refused(_ field: String, _ value: String, _ expected: String) -> JSONError {
    .invalid(file: setting.file, field: "\(form.place).\(field)", value: value, expected: expected)
  }

  /// Returns what the outputs are: what `study.json` says, or else what the graph shows.
  private func meaning(_ classifier: ONNXClassifier) throws -> LogitMeaning {
    let shown: LogitMeaning.Kind
    switch classifier.outputKind {
    case .logits: shown = .logits
    case .probabilities: shown = .probabilities
    case .logProbabilities: shown = .logProbabilities
    case .independentProbabilities:
      throw refused(
        "onnx", "a sigmoid at the end of \(form.path)",
        "one class for each image: the graph says of every class by itself whether it is there")
    }
    var meaning = form.meaning
    if !form.statesKind { meaning.kind = shown }
    guard meaning.kind == shown || shown == .logits else {
      throw refused(
        "kind", "\"\(meaning.kind.rawValue)\"",
        "\"\(shown.rawValue)\", which the graph's last operator shows")
    }
    return meaning
  }
}
