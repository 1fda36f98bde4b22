import DeployedModels
import Distillation
import FileFormats
import Foundation
import IntegerInference
import TFLiteFiles

extension ModelExport {
  /// As runtimes of small devices execute it.
  public static let tflite = ModelExport(
    format: "tflite", integers: .throughout, hasCompactForm: true,
    read: { try ExportedClassifier(TFLiteFile.read($0).model, of: $1, path: $0) }
  ) { student, path, metadata, options in
    try TFLiteFile(student.deployed(), metadata: metadata, options: options).write(to: path)
  }

  /// The same as an array in C, with a program that runs it.
  public static let cSource = ModelExport(
    format: "c", isForDevices: false, integers: .throughout, hasCompactForm: true,
    read: { try ExportedClassifier(MicroProgram.readModel($0).model, of: $1, path: $0) }
  ) { student, path, metadata, options in
    let file = TFLiteFile(try student.deployed(), metadata: metadata, options: options)
    guard let meaning = InputMeaning(metadata) else {
      throw DeploymentError(
        layer: "the input", reason: "nothing says how its pixels are standardised")
    }
    let program = { (arenaBytes: Int?) in
      MicroProgram(
        file, pixels: meaning.conversion(to: file.model.tensors[file.model.input]),
        classNames: meaning.classes, kernels: options.kernels, arenaBytes: arenaBytes)
    }
    let needed = program(nil)
    if let bytes = options.arenaBytes, bytes < needed.arenaBytes {
      throw DeploymentError(
        layer: "the arena",
        reason:
          "\(bytes) bytes, expected at least \(needed.arenaBytes), which the student takes on a "
          + "32-bit device"
          + (options.kernels.isEmpty
            ? ""
            : " with the kernels \(options.kernels.map(\.rawValue).joined(separator: ", "))"))
    }
    try program(options.arenaBytes).write(to: path)
  }
}

extension TFLiteFile {
  /// The part with the names of the classes in the order of the logits, one a line.
  static let classNamesPart = "class_names"

  /// Puts a model, of fp32 or int8, into a file, with what its images and classes mean.
  ///
  /// - Parameter metadata: As `StudentWeights.metadata`; what is missing is left out.
  init(_ model: DeployedModel, metadata: [String: String], options: ExportOptions) {
    self.init(
      model, description: metadata["description"] ?? "",
      plan: OfflinePlan.embedded(in: model).map { MemoryPlan(offsets: $0.offsets) },
      isCompact: options.isCompact)
    // The part of TensorFlow's tools has the names in an archive; apps read them here without one.
    if let names = metadata["class_names"], !names.isEmpty, !options.isCompact {
      self.metadata[Self.classNamesPart] = Array(names.utf8)
    }
    guard let input = InputMeaning(metadata) else { return }
    self.metadata[ClassifierMetadata.partName] =
      ClassifierMetadata(
        name: metadata["architecture"] ?? "student", description: description,
        mean: input.mean.map(Float.init), deviation: input.deviation.map(Float.init),
        classes: input.classes
      ).bytes
  }
}

/// What a student's images and classes are, as its metadata say it.
public struct InputMeaning: Hashable, Sendable {
  /// For each channel, in the units of the pixels as they are stored: 0 to 255 for 8-bit images.
  public let mean: [Double]
  /// For each channel, in the units of the pixels as they are stored.
  public let deviation: [Double]
  /// Whether pixels are bytes.
  public let hasBytePixels: Bool
  /// In the order of the logits; empty where they have no names.
  public let classes: [String]

  /// Nil where the metadata do not say how pixels are standardised.
  public init?(_ metadata: [String: String]) {
    hasBytePixels = metadata["pixel_type"] != "float32"
    let unit: Double = hasBytePixels ? 255 : 1
    func list(_ name: String) -> [Double] {
      (metadata[name] ?? "").split(separator: " ").compactMap { Double($0) }.map { unit * $0 }
    }
    (mean, deviation) = (list("pixel_mean"), list("pixel_deviation"))
    guard !mean.isEmpty, mean.count == deviation.count else { return nil }
    // One a line.
    classes =
      metadata["class_names"]?.split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init) ?? []
  }

  /// How pixels become a model's input.
  func conversion(to input: DeployedTensor) -> PixelConversion {
    guard hasBytePixels, let quantization = input.quantization else {
      return .formula(
        mean: mean.map(Float.init), deviation: deviation.map(Float.init),
        pixels: hasBytePixels ? .bytes : .floats)
    }
    return .table(
      zip(mean, deviation).map { mean, deviation in
        (0..<256).map { quantization.integer(of: Float((Double($0) - mean) / deviation)) }
      })
  }

  /// On one line: `(pixel - 72.9) / 90.1, pixels from 0 to 255`.
  public var formula: String {
    func text(_ values: [Double]) -> String {
      let words = values.map { String(format: "%.6g", $0) }
      return words.count == 1 ? words[0] : "[" + words.joined(separator: ", ") + "]"
    }
    return "(pixel - \(text(mean))) / \(text(deviation)), "
      + (hasBytePixels ? "pixels from 0 to 255" : "pixels as the data set has them")
  }
}
