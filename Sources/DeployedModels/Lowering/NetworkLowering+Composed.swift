import NeuralNetworks

// Layers that take several operators.

extension NetworkLowering {
  /// Appends the mean, two pointwise convolutions, the hard sigmoid, of which the runtimes have none, and the
  /// scaling: relu6(x + 3) / 6.
  mutating func appendSqueezeExcitation(_ index: Int, hidden: Int) -> Int {
    let source = image(of: network.nodes[index].inputs[0])
    let shape = model.tensors[source].shape
    let (channels, name) = (shape[3], name(index))
    let whole = Window(
      height: shape[1], width: shape[2], strideY: shape[1], strideX: shape[2], padding: .valid)
    let pointwise = DeployedOperator.Kind.convolution(Window(side: 1, stride: 1, padding: .same))
    func convolution(
      _ step: String, from input: Int, inputs: Int, outputs: Int,
      _ roles: (weight: ParameterLayout.Role, bias: ParameterLayout.Role),
      _ activation: FusedActivation
    ) -> Int {
      let weight = trained("\(index).\(roles.weight.rawValue)", [outputs, 1, 1, inputs]) {
        outputsFirst($0.stored(roles.weight, of: index), outputs: outputs)
      }
      let bias = trained("\(index).\(roles.bias.rawValue)", [outputs]) {
        $0.stored(roles.bias, of: index)
      }
      return append(
        pointwise, inputs: [input, weight, bias], shape: [1, 1, 1, outputs],
        name: name + "." + step, activation: activation)
    }
    let mean = append(
      .averagePool(whole), inputs: [source], shape: [1, 1, 1, channels], name: name + ".mean")
    let squeeze = convolution(
      "squeeze", from: mean, inputs: channels, outputs: hidden, (.squeezeWeight, .squeezeBias),
      .relu)
    let excite = convolution(
      "excite", from: squeeze, inputs: hidden, outputs: channels, (.exciteWeight, .exciteBias),
      .none)
    let shifted = append(
      .add, inputs: [excite, constant("\(index).three", 3)], like: excite,
      name: name + ".shifted", activation: .relu6)
    let gate = append(
      .multiply, inputs: [shifted, constant("\(index).sixth", 1 / 6)],
      like: excite, name: name + ".gate")
    return append(.multiply, inputs: [source, gate], like: source, name: name)
  }

  /// Appends the transposition of groups and the channels of each.
  mutating func appendShuffle(_ index: Int, groups: Int) -> Int {
    let source = image(of: network.nodes[index].inputs[0])
    let (shape, name) = (model.tensors[source].shape, name(index))
    let grouped = [1, shape[1] * shape[2], groups, shape[3] / groups]
    let split = reshaped(source, to: grouped, name: name + ".split")
    let order = integers("\(index).order", [4], [0, 1, 3, 2])
    let dealt = append(
      .transpose, inputs: [split, order], shape: [1, grouped[1], grouped[3], groups],
      name: name + ".deal")
    return reshaped(dealt, to: shape, name: name)
  }
}
