import FileFormats
import Foundation
import ONNXInference

/// `autodistill teacher run`
struct TeacherRunVerb: Verb {
  static let name = "teacher run"
  static let summary = "classifies images of an NPY file by an ONNX file"
  static let operands = ["MODEL.onnx"]
  static let options =
    ["--images", "--output", "--mean", "--deviation"] + ONNXClassifierOptions.options
  static let flags = ["--channels-last"]
  static let help = """
    USAGE: autodistill teacher run MODEL.onnx --images IMAGES.npy --output LOGITS.npy
             [--mean A,B,C] [--deviation A,B,C] [--channels-last]
             [--image-shape CxHxW] [--output-name NAME]

    Writes what the classifier gives for every image, [images, classes], float32. The images are
    [images, C, H, W] as the file wants them, floats or whole numbers, which are taken as they are: bytes
    from 0 to 255 need a mean and a deviation in the same unit.

    --mean A,B,C          subtracted from each channel's values first
    --deviation A,B,C     what each channel is divided by then
    --channels-last       the images are [images, H, W, C]
    \(ONNXClassifierOptions.help)
    """

  private let path: String
  private let images: String
  private let output: String
  private let mean: [Float]?
  private let deviation: [Float]?
  private let layout: ONNXInputLayout
  private let options: ONNXClassifierOptions

  init(_ arguments: Arguments) throws {
    path = arguments.operands[0]
    images = try arguments.required("--images", "IMAGES.npy", for: TeacherRunVerb.self)
    output = try arguments.required("--output", "LOGITS.npy", for: TeacherRunVerb.self)
    mean = try arguments.floats("--mean")
    deviation = try arguments.floats("--deviation")
    if let deviation, !deviation.allSatisfy({ $0 > 0 }) {
      throw UsageError("--deviation: got \(deviation), expected positive numbers")
    }
    layout = arguments.has("--channels-last") ? .channelsLast : .asInFile
    options = try ONNXClassifierOptions(arguments)
  }

  func run() throws -> ExitStatus {
    let classifier = try options.classifier(path)
    let array = try NPYFile.read(images)
    var expected = classifier.inputShape
    if layout == .channelsLast, expected.count > 1 { expected.append(expected.removeFirst()) }
    guard array.shape.count == expected.count + 1, Array(array.shape.dropFirst()) == expected else {
      throw FileFormatError.malformed(
        path: images, location: "shape", found: "\(array.shape)",
        expected: "[images, \(expected.map { "\($0)" }.joined(separator: ", "))], as "
          + "'\(classifier.inputName)' of \(path) wants it")
    }
    let (count, size) = (array.shape[0], expected.reduce(1, *))
    let channels = layout == .channelsLast ? expected[expected.count - 1] : expected[0]
    for (name, list) in [("--mean", mean), ("--deviation", deviation)] {
      guard let list, list.count != 1, list.count != channels else { continue }
      throw UsageError("\(name): got \(list.count) numbers for \(channels) channels")
    }
    let plan = classifier.plan(capacity: max(1, min(count, 64)), layout: layout)
    let writer = try NPYWriter(
      output, shape: [count, classifier.classes], elementType: .float32)
    let bytesPerImage = size * array.elementType.byteCount
    for first in stride(from: 0, to: count, by: plan.capacity) {
      let part = min(plan.capacity, count - first)
      let start = array.bytes.startIndex + first * bytesPerImage
      var values = NumericArray(
        shape: [part * size], elementType: array.elementType,
        bytes: array.bytes[start..<start + part * bytesPerImage]
      ).asFloats()
      standardize(&values, channels: channels, imageSize: size)
      let logits = plan.run(values, images: part)
      try writer.append(Data(bytes: logits, count: 4 * part * classifier.classes))
    }
    try writer.finish()
    Terminal.print(
      "\(output): \(count) × \(classifier.classes), "
        + ONNXClassifierOptions.meaning(of: classifier.outputKind))
    return .success
  }

  private func standardize(_ values: inout [Float], channels: Int, imageSize: Int) {
    guard mean != nil || deviation != nil else { return }
    let positions = imageSize / channels
    for place in values.indices {
      let channel = layout == .channelsLast ? place % channels : place % imageSize / positions
      func of(_ list: [Float]?, default value: Float) -> Float {
        list.map { $0.count == 1 ? $0[0] : $0[channel] } ?? value
      }
      values[place] = (values[place] - of(mean, default: 0)) / of(deviation, default: 1)
    }
  }
}

extension Arguments {
  /// Returns finite numbers separated by commas.
  fileprivate func floats(_ option: String) throws -> [Float]? {
    guard let text = value(option) else { return nil }
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0) }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0?.isFinite == true }) else {
      throw UsageError("\(option): got '\(text)', expected numbers such as 0.485,0.456,0.406")
    }
    return numbers.compactMap { $0 }
  }
}
