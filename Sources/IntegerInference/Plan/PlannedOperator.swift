import DeployedModels

/// An operator, its padding with it.
struct PlannedOperator {
  var rule: IntegerRule
  var inputs: [Int]
  var output: Int
  /// Where the window of a convolution lies.
  var geometry: WindowGeometry?

  /// Returns the operators of a model. Padding becomes part of the window that reads it, where nothing else does.
  static func fused(_ model: DeployedModel) throws(DeploymentError) -> [PlannedOperator] {
    let rules = try model.integerRules()
    var readers = [Int](repeating: 0, count: model.tensors.count)
    for step in model.operators {
      for tensor in step.inputs where tensor >= 0 { readers[tensor] += 1 }
    }
    readers[model.output] += 1
    var result: [PlannedOperator] = []
    for (step, rule) in zip(model.operators, rules) {
      var planned = PlannedOperator(
        rule: rule, inputs: step.inputs, output: step.output, geometry: nil)
      switch rule {
      case .convolution(let place, _), .depthwise(let place, _):
        planned.geometry = WindowGeometry(place)
        if let source = result.lastIndex(where: { $0.output == step.inputs[0] }),
          readers[step.inputs[0]] == 1, case .pad(let before, _) = result[source].rule,
          let pad = Optional(result[source].inputs[0]),
          let padded = planned.geometry?.absorbing(
            paddedFrom: model.tensors[pad].shape, before: before),
          model.tensors[pad].shape.count == 4, model.tensors[pad].shape[3] == place.channels
        {
          planned.geometry = padded
          planned.inputs[0] = pad
          result.remove(at: source)
        }
      default: break
      }
      result.append(planned)
    }
    return result
  }
}
