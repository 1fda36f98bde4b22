import Distillation
import NeuralNetworks
import RandomStreams
import Teachers

extension WorkerLoop {
  /// What the trainings before a student's full one came to.
  struct ChainResult {
    /// Those that have ended, in their order.
    var links: [ChainLink] = []
    /// Who teaches the student; nil where a training before it has diverged.
    var signal: TeacherSignal?
    /// The share of the whole task that they were.
    var share = 0.0
    /// Steps of all of them.
    var steps = 0
  }

  /// Trains what comes before a student's full training, each taught by the one before.
  ///
  /// Each link has a checkpoint and, when it has ended, a file of weights; a task that is done again continues behind
  /// the last of them.
  ///
  /// - Parameter signal: What the study's teacher says.
  func chain(
    before work: StudentTask.FullWork, key: String, _ network: Network, signal: TeacherSignal,
    _ reporter: ProgressReporter
  ) throws -> ChainResult {
    let chain = try inputs.definition(ofKey: key).full.chain
    var result = ChainResult(signal: signal)
    guard !work.isBaseline, chain != .none else { return result }
    let assistants = try inputs.assistants(of: key, network).map { (ChainLink.Role.assistant, $0) }
    let generations = Array(
      repeating: (ChainLink.Role.generation, key), count: chain.generations - 1)
    let members = assistants + generations
    result.share = Double(members.count) / Double(members.count + 1)
    // Who teaches the first generation.
    var root = signal
    for (index, (role, member)) in members.enumerated() {
      reporter.begin(
        part: Double(index) / Double(members.count + 1)...Double(index + 1)
          / Double(members.count + 1))
      let run = try linkRun(
        index + 1, member, of: key, work, signal: result.signal ?? signal)
      result.steps += run.steps
      guard let model = try linkModel(index + 1, run, of: key, work, reporter),
        let validation = evaluation(model, .validation)
      else {
        result.signal = nil
        return result
      }
      result.links.append(ChainLink(role: role, key: member, validation: validation))
      let path = inputs.folder.link(
        index + 1, of: key, repetition: work.repetition, "logits.f32")
      switch role {
      case .assistant:
        result.signal = try self.signal(of: model, path: path)
        root = result.signal ?? root
      case .generation: result.signal = try self.signal(of: model, with: root, path: path)
      }
    }
    return result
  }

  /// Returns the training of a link.
  private func linkRun(
    _ link: Int, _ member: String, of key: String, _ work: StudentTask.FullWork,
    signal: TeacherSignal
  ) throws -> TrainingRun {
    // A link has the student's recipe.
    let definition = try inputs.definition(ofKey: key)
    let network = try inputs.network(of: inputs.space.architecture(key: member))
    var stream = RandomStream(seed: definition.seed, purpose: "chain", work.repetition, link)
    var run = TrainingRun(
      network: network, recipe: definition.full, reader: inputs.reader, signal: signal,
      featureTeacher: try featureTeacher(for: definition.full), seed: stream.next(),
      statisticsBatches: definition.flash.statisticsBatches,
      checkpointPath: inputs.folder.link(
        link, of: key, repetition: work.repetition, "checkpoint.safetensors"))
    run.partners = try inputs.partners(of: definition.full)
    return run
  }

  /// Returns what a link's training ends with, as an interrupted task has left it or trained now; nil if it diverged
  /// or was stopped.
  private func linkModel(
    _ link: Int, _ run: TrainingRun, of key: String, _ work: StudentTask.FullWork,
    _ reporter: ProgressReporter
  ) throws -> TrainedModel? {
    let path = inputs.folder.link(
      link, of: key, repetition: work.repetition, "weights.safetensors")
    if let kept = keptFloats(at: path, of: run) { return kept.model }
    let recorder = CurveRecorder()
    guard
      case .finished(let model) = try run.train(recording: recorder, observe: reporter.observe)
    else { return nil }
    try keep(TrainedFloats(model: model, curve: recorder.curve), at: path, of: run)
    return model
  }

  /// Returns what a model says as a teacher, alone or together with another one.
  ///
  /// - Parameter path: Where its logits go, if they are cached.
  private func signal(
    of model: TrainedModel, with other: TeacherSignal? = nil, path: String
  ) throws -> TeacherSignal {
    switch other {
    case .live(let teacher): return .live(together([model, teacher]))
    case .stored: preconditionFailure("a recipe with stored views has no chain")
    case .cached(let targets):
      return try cached(
        meanAnswers(
          [model.logits(of: .training, reader: inputs.reader), targets.logits],
          classes: inputs.dataset.classes), path: path)
    case nil:
      return inputs.definition.full.teacherView == .augmented
        ? .live(model)
        : try cached(model.logits(of: .training, reader: inputs.reader), path: path)
    }
  }

  private func cached(_ logits: [Float], path: String) throws -> TeacherSignal {
    try SoftTargets.write(logits, to: path)
    return .cached(
      try SoftTargets(
        contentsOf: path, count: inputs.dataset.count(.training), classes: inputs.dataset.classes))
  }
}
