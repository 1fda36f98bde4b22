import Datasets
import DeviceMeasurement
import Distillation
import FileFormats
import Foundation
import Quantization

/// What an exported file answers on the validation split, next to what the report says of the student.
public struct ExportVerification: Hashable, Sendable {
  /// How the file classifies the split.
  public let evaluation: Evaluation
  /// What the report says of the same weights; nil where it says nothing.
  public let reported: Evaluation?
  /// Images that the file classifies as the trained student does.
  public let agreeing: Int
  /// Images that one of the report's answers and the file's gets right and the other wrong; nil where the report has no
  /// answers image by image.
  public let changed: Int?
  /// The largest difference of two logits, as a share of the largest logit of the student, or of 1 if that is more.
  public let largestDifference: Float

  /// Whether the file computes what the student does, but for the order of sums. ONNX in int8 leaves it to the runtime
  /// when sums are rounded.
  public let hasStudentsArithmetic: Bool

  /// How much logits may differ by the order of sums alone.
  public static let tolerance: Float = 1e-3

  /// Whether the file is the student: all images get the class that the student gives them, but for those whose best
  /// classes differ by rounding, and the accuracy is the report's to a thousandth. In an arithmetic of its own: at most
  /// one image in twenty gets another class, and the accuracy is the report's to a hundredth.
  public var passes: Bool {
    let count = evaluation.count
    func isClose(to difference: Double) -> Bool {
      reported.map { abs($0.accuracy - evaluation.accuracy) <= difference } ?? true
    }
    guard hasStudentsArithmetic else { return count - agreeing <= count / 20 && isClose(to: 1e-2) }
    return largestDifference <= Self.tolerance && count - agreeing <= count / 1000
      && isClose(to: 1e-3)
  }

  /// Reads a file back and runs it by its own operators on the validation split.
  ///
  /// - Parameters:
  ///   - format: The file's, which is verifiable.
  ///   - exported: What the file was made of.
  ///   - student: What the report says of it.
  /// - Throws: `FileFormatError` if the file is not a model, or of other images or classes than the student; as the
  ///   format's reader.
  public init(
    of path: String, format: ModelExport, exported: ExportedStudent, student: StudentWeights
  ) throws {
    let file = try format.classifier(path, of: exported)
    let (classifier, network) = (file.classifier, student.model.network)
    let reader = BatchReader(student.dataset)
    guard file.imageShape.reduce(1, *) == network.inputShape.elementCount,
      classifier.classes == network.outputShape.channels
    else {
      throw FileFormatError.malformed(
        path: path, location: "input and output",
        found: "\(file.imageShape) and \(classifier.classes) classes",
        expected: "\(network.inputShape) and \(network.outputShape.channels) classes")
    }
    hasStudentsArithmetic = file.hasStudentsArithmetic
    let threads = HostMachine.usableCores()
    let logits = classifier.logits(of: .validation, reader: reader, threads: threads)
    let original: any ImageClassifier =
      try exported.integers.map { try IntegerClassifier($0) } ?? exported.model
    let expected = original.logits(of: .validation, reader: reader, threads: threads)
    evaluation = Evaluation(logits: logits, split: .validation, dataset: student.dataset)
    reported = student.reported(in: exported.precision)
    let classes = classifier.classes
    let predicted = largestPlaces(of: logits, classes: classes)
    let ofStudent = largestPlaces(of: expected, classes: classes)
    agreeing = zip(predicted, ofStudent).count { $0 == $1 }
    let bits = student.reportedOutcome(in: exported.precision)?.correctImages
    changed = bits.map { bits in
      predicted.indices.count {
        bits[$0] != (predicted[$0] == student.dataset.label($0, of: .validation))
      }
    }
    let largest = expected.reduce(1) { max($0, abs($1)) }
    largestDifference = zip(logits, expected).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }
}

/// Returns the class with the largest logit of each image, the first of several.
private func largestPlaces(of logits: [Float], classes: Int) -> [Int] {
  stride(from: 0, to: logits.count, by: classes).map { start in
    (1..<classes).reduce(0) { logits[start + $1] > logits[start + $0] ? $1 : $0 }
  }
}
