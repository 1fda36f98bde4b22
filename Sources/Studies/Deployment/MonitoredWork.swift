import Datasets
import DeviceMeasurement
import Distillation
import Foundation
import Monitoring
import NeuralNetworks
import TensorKernels

/// What a student has said of the images so far, filled by several threads, each at places of its own.
///
/// Threads write to different images, between two joins.
final class MonitoredWork: @unchecked Sendable {
  private let student: MonitoredStudent
  private let classifier: any ImageClassifier
  private let features: (model: TrainedModel, node: Int)?
  private let dataset: PreparedDataset
  private let team: WorkerTeam
  /// `[count, classes]`
  private(set) var logits: [Float]
  private var measured: [ImageMeasures?]
  /// For each image whose features are kept its row.
  private let rows: [Int: Int]
  private let projection: FeatureProjection?
  private var kept: [[Float]]

  private static let batch = 50

  init(
    _ student: MonitoredStudent, _ classifier: any ImageClassifier,
    _ features: (model: TrainedModel, node: Int)?, _ dataset: PreparedDataset, imageCount: Int
  ) {
    (self.student, self.classifier, self.features) = (student, classifier, features)
    self.dataset = dataset
    let batches = (min(imageCount, 1000) + Self.batch - 1) / Self.batch
    team = WorkerTeam(threadCount: max(1, min(HostMachine.usableCores(), batches)))
    logits = [Float](repeating: 0, count: imageCount * classifier.classes)
    measured = Array(repeating: nil, count: imageCount)
    let images = MonitoredSample.featureImages(of: imageCount)
    rows = Dictionary(uniqueKeysWithValues: images.enumerated().map { ($1, $0) })
    projection = features.map { features in
      FeatureProjection(inputs: features.model.network.nodes[features.node].shape.elementCount)
    }
    kept = Array(repeating: [], count: projection == nil ? 0 : images.count)
  }

  /// Answers the images of a range.
  ///
  /// - Parameter images: Standardised pixels, `[range.count, height, width, channels]`.
  func answer(_ images: UnsafePointer<Float>, _ range: Range<Int>) {
    nonisolated(unsafe) let images = images
    let classes = classifier.classes
    logits.withUnsafeMutableBufferPointer { logits in
      measured.withUnsafeMutableBufferPointer { measured in
        kept.withUnsafeMutableBufferPointer { kept in
          nonisolated(unsafe) let logits = logits
          nonisolated(unsafe) let measured = measured
          nonisolated(unsafe) let kept = kept
          team.run { [self] thread in
            let session = classifier.session(capacity: Self.batch)
            let plan = features.map {
              $0.model.inferencePlan(capacity: Self.batch, features: [$0.node])
            }
            let pixels = FloatArena(count: dataset.imageElements)
            let step = Self.batch * team.threadCount
            for start in stride(from: thread * Self.batch, to: range.count, by: step) {
              let count = min(Self.batch, range.count - start)
              let source = images + start * dataset.imageElements
              let first = range.lowerBound + start
              guard let output = logits.baseAddress else { return }
              session.answer(source, count: count, into: output + first * classes)
              for image in 0..<count {
                measured[first + image] = measures(
                  of: source + image * dataset.imageElements, pixels.base)
              }
              if let plan { keep(plan, source, first: first, count: count, in: kept) }
            }
          }
        }
      }
    }
  }

  /// Measures an image in the unit of its data set.
  private func measures(
    of image: UnsafePointer<Float>, _ pixels: UnsafeMutablePointer<Float>
  ) -> ImageMeasures {
    let standardization = dataset.standardization
    let channels = dataset.channels
    for place in 0..<dataset.imageElements {
      let channel = place % channels
      let scaled = image[place] * Float(standardization.standardDeviation[channel])
      pixels[place] = scaled + Float(standardization.mean[channel])
    }
    return ImageMeasures(
      pixels, height: dataset.height, width: dataset.width, channels: channels)
  }

  /// Keeps the features of those images of a batch of which they are kept.
  private func keep(
    _ plan: FloatInferencePlan, _ images: UnsafePointer<Float>, first: Int, count: Int,
    in kept: UnsafeMutableBufferPointer<[Float]>
  ) {
    let wanted = (0..<count).filter { rows[first + $0] != nil }
    guard let projection, let node = features?.node, !wanted.isEmpty else { return }
    plan.input.update(from: images, count: count * dataset.imageElements)
    plan.run(images: count)
    for image in wanted {
      guard let row = rows[first + image] else { continue }
      kept[row] = projection(plan.feature(node) + image * projection.inputs)
    }
  }

  /// Returns what was found.
  ///
  /// - Parameter source: What the images are from, for messages.
  /// - Throws: `DatasetError.invalidData` naming an image of which a logit or a feature is no number.
  func sample(source: String) throws -> MonitoredSample {
    let wrong =
      logits.firstIndex { !$0.isFinite }.map { $0 / classifier.classes }
      ?? rows.first { !kept[$0.value].allSatisfy(\.isFinite) }?.key
    if let wrong {
      throw DatasetError.invalidData(
        file: source, location: "image \(wrong)",
        found: "pixels from which the student computes what is no number",
        expected: "pixels in the unit of the study's images")
    }
    var sample = MonitoredSample(
      measured.compactMap { $0 }, measures: student.measures, logits: logits,
      classes: classifier.classes)
    if let projection {
      sample.features = .init(dimensions: projection.dimensions, values: kept.flatMap { $0 })
    }
    return sample
  }
}
