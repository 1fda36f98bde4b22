import DeployedModels

/// The networks of MLPerf Tiny as their reference files hold them, fp32 and without values.
enum ReferenceModel: String, CaseIterable {
  case keywords
  case persons
  case images
  case imagesWide
  case anomalies
  case wakeWord

  var model: DeployedModel {
    var builder = ReferenceBuilder()
    switch self {
    case .keywords:
      builder.begin([1, 49, 10, 1])
      builder.convolution(
        64, Window(height: 10, width: 4, strideY: 2, strideX: 2, padding: .same))
      for _ in 0..<4 {
        builder.depthwise(Window(side: 3, stride: 1, padding: .same))
        builder.convolution(64, Window(side: 1, stride: 1, padding: .same))
      }
      builder.finish(classes: 12)
    case .persons:
      builder.begin([1, 96, 96, 3])
      builder.convolution(8, Window(side: 3, stride: 2, padding: .same))
      let blocks =
        [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2)]
        + Array(repeating: (128, 1), count: 5) + [(256, 2), (256, 1)]
      for (channels, stride) in blocks {
        builder.depthwise(Window(side: 3, stride: stride, padding: .same))
        builder.convolution(channels, Window(side: 1, stride: 1, padding: .same))
      }
      builder.finish(classes: 2)
    case .images: builder.residual(width: 16)
    case .imagesWide: builder.residual(width: 40)
    case .anomalies:
      builder.begin([1, 640])
      for channels in [128, 128, 128, 128, 8, 128, 128, 128, 128, 640] { builder.dense(channels) }
    case .wakeWord:
      builder.begin([1, 30, 1, 40])
      for (length, channels) in [(3, 128), (5, 128), (10, 128), (15, 32)] {
        builder.depthwise(Window(height: length, width: 1, strideY: 1, strideX: 1, padding: .valid))
        builder.convolution(channels, Window(side: 1, stride: 1, padding: .same))
      }
      builder.finish(classes: 3, pools: false)
    }
    return builder.model
  }
}

/// Appends layers to a model.
private struct ReferenceBuilder {
  var model = DeployedModel(tensors: [], operators: [], input: 0, output: 0)
  private var shape: [Int] { model.tensors[model.output].shape }

  mutating func begin(_ shape: [Int]) {
    model.tensors.append(DeployedTensor(name: "input", shape: shape, type: .float32))
  }

  mutating func residual(width: Int) {
    begin([1, 32, 32, 3])
    convolution(width, Window(side: 3, stride: 1, padding: .same))
    for stage in 0..<3 {
      let (channels, stride, source) = (width << stage, stage == 0 ? 1 : 2, model.output)
      convolution(channels, Window(side: 3, stride: stride, padding: .same))
      convolution(channels, Window(side: 3, stride: 1, padding: .same))
      let main = model.output
      var other = source
      if stage > 0 {
        model.output = source
        convolution(channels, Window(side: 1, stride: 2, padding: .same))
        other = model.output
      }
      append(.add, [other, main], model.tensors[main].shape)
    }
    finish(classes: 10)
  }

  mutating func convolution(_ channels: Int, _ window: Window) {
    let filter = constant([channels, window.height, window.width, shape[3]])
    let extent = window.extent(height: shape[1], width: shape[2])
    append(
      .convolution(window), [model.output, filter, constant([channels])],
      [1, extent.height, extent.width, channels])
  }

  mutating func depthwise(_ window: Window) {
    let channels = shape[3]
    let filter = constant([1, window.height, window.width, channels])
    let extent = window.extent(height: shape[1], width: shape[2])
    append(
      .depthwiseConvolution(window), [model.output, filter, constant([channels])],
      [1, extent.height, extent.width, channels])
  }

  mutating func dense(_ channels: Int) {
    let filter = constant([channels, shape[1]])
    append(.fullyConnected, [model.output, filter, constant([channels])], [1, channels])
  }

  mutating func finish(classes: Int, pools: Bool = true) {
    if pools {
      let window = Window(
        height: shape[1], width: shape[2], strideY: shape[1], strideX: shape[2], padding: .valid)
      append(.averagePool(window), [model.output], [1, 1, 1, shape[3]])
    }
    model.tensors.append(
      DeployedTensor(name: "shape", shape: [2], values: .int32([-1, Int32(shape[3])])))
    append(.reshape, [model.output, model.tensors.count - 1], [1, shape[3]])
    dense(classes)
    append(.softmax, [model.output], [1, classes])
  }

  private mutating func constant(_ shape: [Int]) -> Int {
    model.tensors.append(
      DeployedTensor(name: "constant", shape: shape, type: .float32, isConstant: true))
    return model.tensors.count - 1
  }

  private mutating func append(
    _ kind: DeployedOperator.Kind, _ inputs: [Int], _ shape: [Int]
  ) {
    model.tensors.append(DeployedTensor(name: "activation", shape: shape, type: .float32))
    model.output = model.tensors.count - 1
    model.operators.append(DeployedOperator(kind, inputs: inputs, output: model.output))
  }
}
