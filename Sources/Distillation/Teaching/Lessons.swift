import NeuralNetworks

extension [Lesson] {
  /// All peers, in their places.
  var peers: [any TrainingPeer] { flatMap(\.peers) }

  /// The mean that is the result of the training, if one is.
  var result: AveragedPeer? { compactMap(\.result).first }

  /// Returns a loss with those of the lessons.
  func added(to loss: any TrainingLoss) -> any TrainingLoss {
    isEmpty ? loss : SummedLoss([loss] + map(\.loss))
  }
}

extension TrainingRun {
  /// What the networks of the partners add to the identity.
  var partnersIdentity: String {
    recipe.partners.isEmpty
      ? ""
      : "|" + recipe.partners.map { partners[$0]?.identity ?? "unknown" }.joined(separator: "+")
  }
}
