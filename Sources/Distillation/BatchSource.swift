import Datasets
import NeuralNetworks
import TensorKernels

/// Gives a training its batches: images, labels and soft targets, in the order of each epoch. Images whose class is
/// not known are left out where nothing is learnt from a teacher.
///
/// What a step holds depends on the seed, the epoch and the step alone. Threads may fill different
/// slices at once; `begin(epoch:)` is called between steps.
package final class BatchSource: @unchecked Sendable {
  private let reader: BatchReader
  private let recipe: Recipe
  private let seed: UInt64
  private let signal: TeacherSignal?
  private let stepsPerEpoch: Int
  /// The views that images are shown in, where these are few and fixed: without the teacher too, so that what
  /// differs is the teacher.
  private let views: StoredViews?
  private var epoch = 0
  private var order: EpochOrder
  private var key: AugmentationKey
  /// How images are augmented; to be changed between steps.
  package var augmentation: Augmentation
  /// How other images are mixed into each; to be changed between steps.
  package var mix: [ImageMix]
  /// What is read of the teacher besides its logits.
  private let features: TeacherFeatures?
  /// Whether the logits come with the features.
  private let logitsComeWithFeatures: Bool
  /// One a slice, where the teacher is asked about augmented images.
  private var sessions: [Int: any ClassifierSession] = [:]

  package init(
    reader: BatchReader, recipe: Recipe, seed: UInt64, signal: TeacherSignal?,
    features: TeacherFeatures? = nil
  ) {
    let images = reader.dataset.trainingImages(withTeacher: recipe.usesUnlabeledImages)
    (self.reader, self.recipe, self.seed) = (reader, recipe, seed)
    self.signal = recipe.usesTeacher ? signal : nil
    (self.features, augmentation, mix) = (features, recipe.augmentation, recipe.mix)
    stepsPerEpoch = recipe.stepsPerEpoch(trainingCount: images.count)
    order = EpochOrder(of: images, seed: seed)
    if case .stored(let stored) = signal { views = stored } else { views = nil }
    key = views?.key(epoch: 0) ?? AugmentationKey(seed: seed, epoch: 0)
    precondition(
      !recipe.usesTeacher || signal != nil, "distillation needs a teacher's signal")
    if case .live(let teacher) = self.signal, let features {
      logitsComeWithFeatures = features.teacher.contentHash == teacher.contentHash
    } else {
      logitsComeWithFeatures = false
    }
    if case .live(let teacher) = self.signal, !logitsComeWithFeatures {
      for slice in 0..<recipe.slices {
        sessions[recipe.batch * slice / recipe.slices] = teacher.session(
          capacity: recipe.batch / recipe.slices + 1)
      }
    }
  }

  /// Shuffles the images for an epoch.
  package func begin(epoch: Int) {
    order.shuffle(epoch: epoch)
    self.epoch = epoch
    key = views?.key(epoch: epoch) ?? AugmentationKey(seed: seed, epoch: epoch)
  }

  /// Fills a slice with its images, labels, soft targets and the teacher's features.
  package func fill(_ slice: TrainingSlice) {
    fill(slice, augmentation: augmentation, mixes: mix)
    features?.fill(slice, always: logitsComeWithFeatures)
    order.indices.withUnsafeBufferPointer { indices in
      let chosen = chosen(slice, from: indices)
      switch signal {
      case .none: break
      case .cached(let targets):
        let mixing: ((Int) -> MixDraw?)? = mix.isEmpty ? nil : { self.mixDraw($0) }
        targets.fill(slice.teacher, indices: chosen, mixing: mixing)
      case .stored(let views): views.fill(slice.teacher, indices: chosen, epoch: epoch)
      case .live where logitsComeWithFeatures: break
      case .live:
        guard let session = sessions[slice.range.lowerBound] else {
          preconditionFailure("no teacher for the slice that begins at \(slice.range.lowerBound)")
        }
        session.answer(slice.images, count: chosen.count, into: slice.teacher)
      }
    }
  }

  /// Fills a slice with images as an evaluation sees them, for batch-norm statistics.
  func fillClean(_ slice: TrainingSlice) { fill(slice, augmentation: .none, mixes: []) }

  private func fill(_ slice: TrainingSlice, augmentation: Augmentation, mixes: [ImageMix]) {
    order.indices.withUnsafeBufferPointer { indices in
      let chosen = chosen(slice, from: indices)
      guard !mixes.isEmpty else {
        // What an earlier stage has mixed in counts no more.
        slice.mix?.shares.update(repeating: 0, count: chosen.count)
        return reader.fill(
          slice.images, labels: slice.labels, indices: chosen, split: .training,
          augmentation: augmentation, key: key)
      }
      guard let mix = slice.mix else {
        preconditionFailure("mixed images need room for the labels of what is mixed in")
      }
      reader.fill(
        slice.images, labels: slice.labels, otherLabels: mix.otherLabels, shares: mix.shares,
        indices: chosen, split: .training, augmentation: augmentation, mixes: mixes, key: key)
    }
  }

  /// Returns what is mixed into an image in this epoch; nil for nothing.
  private func mixDraw(_ image: Int) -> MixDraw? {
    reader.mixDraw(mix, forImage: image, of: .training, key: key)
  }

  private func chosen(
    _ slice: TrainingSlice, from indices: UnsafeBufferPointer<Int>
  ) -> UnsafeBufferPointer<Int> {
    let start = slice.step % stepsPerEpoch * recipe.batch
    return UnsafeBufferPointer(
      rebasing: indices[start + slice.range.lowerBound..<start + slice.range.upperBound])
  }
}
