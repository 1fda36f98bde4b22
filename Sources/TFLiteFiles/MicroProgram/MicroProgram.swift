import DeployedModels
import FileFormats
import Foundation

/// A model as sources for TensorFlow Lite Micro: an array in C, a header, and a program that runs it.
///
///     student.c         const unsigned char student[], its length, the names of the classes, how pixels go in
///     student.h         declares them, the bytes of the arena and the image's size
///     student_main.cc   registers the operators, runs one image, prints the largest output
public struct MicroProgram: Hashable, Sendable {
  public let file: TFLiteFile
  /// How pixels become the model's input.
  public let pixels: PixelConversion
  /// In the order of the outputs; empty where they have no names.
  public let classNames: [String]
  /// What the arena takes on a 32-bit device with the kernels that were asked for.
  public let arenaBytes: Int
  /// What it takes there whichever kernels the runtime was built with.
  public let anyArenaBytes: Int
  /// The kernels that were asked for; empty for any.
  public let kernels: [MicroRuntime.Kernels]
  /// What it takes on a 64-bit host.
  public let hostArenaBytes: Int

  /// - Parameters:
  ///   - pixels: How they become the model's input.
  ///   - classNames: In the order of the outputs; empty where they have no names.
  ///   - kernels: Those of the devices that it is for; empty for any.
  ///   - arenaBytes: What the program gives the interpreter; nil for as much as the model takes.
  public init(
    _ file: TFLiteFile, pixels: PixelConversion, classNames: [String] = [],
    kernels: [MicroRuntime.Kernels] = [], arenaBytes: Int? = nil
  ) {
    (self.pixels, self.classNames) = (pixels, classNames)
    func largest(_ kernels: [MicroRuntime.Kernels], pointerBytes: Int) -> Int {
      kernels.map { kernels in
        MicroArena(
          file.model, on: MicroRuntime(kernels, pointerBytes: pointerBytes),
          offsets: file.plan?.offsets
        ).bytes
      }.max() ?? 0
    }
    (self.file, self.kernels) = (file, kernels)
    let all = MicroRuntime.Kernels.allCases
    anyArenaBytes = largest(all, pointerBytes: 4)
    self.arenaBytes =
      arenaBytes ?? (kernels.isEmpty ? anyArenaBytes : largest(kernels, pointerBytes: 4))
    hostArenaBytes = arenaBytes ?? largest(all, pointerBytes: 8)
  }

  /// Writes the three sources; `path` is that of the array and ends with `.c`.
  ///
  /// - Throws: `FileFormatError.system` if one cannot be written.
  public func write(to path: String) throws {
    let stem = Self.stem(of: path)
    let name = (stem as NSString).lastPathComponent
    try AtomicFile.write(header, to: stem + ".h")
    try AtomicFile.write(main(header: name + ".h"), to: stem + "_main.cc")
    try AtomicFile.write(array(header: name + ".h"), to: path)
  }

  /// The files that `write` makes.
  public static func paths(for path: String) -> [String] {
    [path, stem(of: path) + ".h", stem(of: path) + "_main.cc"]
  }

  private static func stem(of path: String) -> String {
    path.hasSuffix(".c") ? String(path.dropLast(2)) : path
  }

  /// The operators that the program registers, in the order of their first use.
  public var operators: [String] {
    var names: [String] = []
    for step in file.model.operators {
      let name = step.kind.microName
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// Reads the model back out of the array in C.
  ///
  /// - Throws: `FileFormatError` if the file holds no such array, or its bytes are no model.
  public static func readModel(_ path: String) throws -> TFLiteFile {
    let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    guard let start = text.range(of: "student[] = {"), let end = text.range(of: "};"),
      start.upperBound <= end.lowerBound
    else {
      throw FileFormatError.malformed(
        path: path, location: "text", found: "no array 'student'", expected: "student[] = {…}")
    }
    var bytes: [UInt8] = []
    for word in text[start.upperBound..<end.lowerBound].split(whereSeparator: {
      " ,\n".contains($0)
    }) {
      guard word.hasPrefix("0x"), let byte = UInt8(word.dropFirst(2), radix: 16) else {
        throw FileFormatError.malformed(
          path: path, location: "byte \(bytes.count) of the array", found: "'\(word)'",
          expected: "0x00 to 0xff")
      }
      bytes.append(byte)
    }
    return try TFLiteFile(bytes: bytes, path: path)
  }
}

extension DeployedOperator.Kind {
  /// How `MicroMutableOpResolver` calls the function that adds the operator, without `Add`.
  var microName: String {
    switch self {
    case .convolution: "Conv2D"
    case .depthwiseConvolution: "DepthwiseConv2D"
    case .fullyConnected: "FullyConnected"
    case .add: "Add"
    case .multiply: "Mul"
    case .averagePool: "AveragePool2D"
    case .maxPool: "MaxPool2D"
    case .mean: "Mean"
    case .reshape: "Reshape"
    case .pad: "Pad"
    case .transpose: "Transpose"
    case .softmax: "Softmax"
    case .logistic: "Logistic"
    case .relu: "Relu"
    case .relu6: "Relu6"
    case .hardSwish: "HardSwish"
    case .gelu: "Gelu"
    case .quantize: "Quantize"
    case .dequantize: "Dequantize"
    }
  }
}
