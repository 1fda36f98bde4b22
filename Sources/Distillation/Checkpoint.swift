import FileFormats
import Foundation
import NeuralNetworks

/// The state of an unfinished training in a file, so that a run that was stopped or killed continues.
///
/// A training is a function of its state and of the number of the step, so it may be taken up after any step, in
/// the middle of an epoch too, and ends with the bits of one that was not interrupted.
package struct Checkpoint {
  let path: String
  /// The run it belongs to.
  let identity: String

  package init(path: String, identity: String) { (self.path, self.identity) = (path, identity) }

  /// Everything that a training moves, by name.
  package typealias State = [String: [Float]]

  /// Writes the state before `nextStep`, atomically.
  ///
  /// - Throws: `FileFormatError` if the file cannot be written.
  package func write(_ state: State, nextStep: Int, _ recorder: CurveRecorder? = nil) throws {
    let tensors = state.mapValues { NumericArray(shape: [$0.count], $0) }
    var metadata = ["identity": identity, "next_step": String(nextStep)]
    if let recorder {
      metadata["curve"] = String(
        decoding: try JSONEncoder().encode(recorder.progress), as: UTF8.self)
    }
    try SafetensorsFile(tensors: tensors, metadata: metadata).sealed(for: path).write(to: path)
  }

  /// Reads the state, if there is one of this very run.
  ///
  /// A checkpoint that is missing, damaged or of another run is no error: training starts over.
  ///
  /// - Parameters:
  ///   - counts: How many values each part of the state has.
  ///   - steps: Those of the whole training.
  ///   - recorder: Gets the curve up to there.
  /// - Returns: The state and the step to continue with, at least 1 and at most `steps`; nil if there is none.
  package func read(
    _ counts: [String: Int], of steps: Int, _ recorder: CurveRecorder? = nil
  ) -> (state: State, nextStep: Int)? {
    guard let file = try? SafetensorsFile.read(path), file.metadata["identity"] == identity,
      let step = file.metadata["next_step"].flatMap({ Int($0) }), (1...max(1, steps)) ~= step,
      file.tensors.mapValues({ $0.shape }) == counts.mapValues({ [$0] }),
      file.isWhole(at: path)
    else { return nil }
    // Earlier versions kept no curve; the points that are missing are no reason to start over.
    if let recorder, let text = file.metadata["curve"],
      let progress = try? JSONDecoder().decode(CurveRecorder.Progress.self, from: Data(text.utf8))
    {
      recorder.progress = progress
    }
    return (file.tensors.mapValues { $0.asFloats() }, step)
  }

  /// Removes the file: the training has ended, or its result is kept.
  package func remove() { try? FileManager.default.removeItem(atPath: path) }
}

extension Checkpoint {
  /// Writes what a trainer moves before `nextStep`, atomically: the network, the connectors of its loss, what
  /// the optimisers keep, and its peers.
  func write(_ trainer: Trainer, nextStep: Int, _ recorder: CurveRecorder? = nil) throws {
    try write(
      Checkpoint.places(of: trainer).mapValues { Array($0) }, nextStep: nextStep, recorder)
  }

  /// Restores what `write` wrote, if it is of this very run.
  ///
  /// - Parameter steps: Those of the whole training.
  /// - Returns: The step to continue with.
  func restore(
    into trainer: Trainer, of steps: Int, _ recorder: CurveRecorder? = nil
  ) -> Int? {
    let places = Checkpoint.places(of: trainer)
    guard let (state, step) = read(places.mapValues(\.count), of: steps, recorder) else {
      return nil
    }
    for (name, place) in places { _ = place.update(fromContentsOf: state[name]!) }
    return step
  }

  /// Where a trainer holds what it moves, by name.
  private static func places(
    of trainer: Trainer
  ) -> [String: UnsafeMutableBufferPointer<Float>] {
    let plan = trainer.plan
    var places = [
      "parameters": UnsafeMutableBufferPointer(
        start: plan.parameters, count: plan.layout.parameterFloats),
      "statistics": UnsafeMutableBufferPointer(
        start: plan.statistics, count: plan.layout.statisticFloats),
      "optimizer": trainer.optimizer.state,
    ]
    // Trainings without connectors have the files that they always had.
    if let state = trainer.connectorState {
      places["connectors"] = UnsafeMutableBufferPointer(
        start: trainer.connectors, count: trainer.loss.connectorFloats)
      places["connector_optimizer"] = state
    }
    return places.merging(trainer.peerState) { own, _ in own }
  }
}
