import Datasets
import DeviceMeasurement
import Distillation
import Monitoring
import NeuralNetworks
import Quantization
import TensorKernels

/// A student as it is used: what it answers, and what its last layer sees.
struct MonitoredStudent: Sendable {
  /// The student in the arithmetic of its study.
  private let classifier: any ImageClassifier
  /// The student in fp32, which tells its features.
  private let model: TrainedModel
  private let dataset: PreparedDataset
  /// The node before the last layer with weights; nil where that layer reads the image itself.
  private let featureNode: Int?
  let measures: [Measure]

  /// - Throws: As `StudentWeights.exported`.
  init(_ student: StudentWeights) throws {
    let exported = try student.exported(in: student.precision)
    classifier = try exported.integers.map { try IntegerClassifier($0) } ?? student.model
    (model, dataset) = (student.model, student.dataset)
    featureNode = student.model.network.lastFeatureNode
    measures = Measure.all(
      height: dataset.height, width: dataset.width, channels: dataset.channels)
  }

  /// A hash of the student's weights, as it is used.
  var contentHash: String { classifier.contentHash }
  var classes: Int { classifier.classes }

  /// Has the student answer images, some hundred at a time.
  ///
  /// - Parameters:
  ///   - source: What the images are from, for messages.
  ///   - fill: Writes the standardised pixels of some of the images, `[range.count, height, width, channels]`.
  /// - Returns: What is measured of the images, and their logits, `[count, classes]`.
  /// - Throws: As `fill`; `DatasetError.invalidData` where a logit is no number.
  func sample(
    of count: Int, from source: String,
    fill: (UnsafeMutablePointer<Float>, Range<Int>) throws -> Void
  ) throws -> (sample: MonitoredSample, logits: [Float]) {
    let work = MonitoredWork(
      self, classifier, featureNode.map { (model, $0) }, dataset, imageCount: count)
    let piece = 1000
    let images = FloatArena(count: min(count, piece) * dataset.imageElements)
    for first in stride(from: 0, to: count, by: piece) {
      let range = first..<min(count, first + piece)
      try fill(images.base, range)
      work.answer(images.base, range)
    }
    return (try work.sample(source: source), work.logits)
  }
}
