import NeuralNetworks

/// A network with every layer that the shipped spaces do not have, or not there: dense layers that read
/// positions and vectors, norms and activations alone, zeros, sums of a vector and an image.
package func unusualNetwork(height: Int = 6) throws -> Network {
  var builder = NetworkBuilder(input: TensorShape(height: height, width: 5, channels: 3))
  try builder.append(.batchNorm)
  try builder.append(.activation(.hardSwish))
  try builder.append(.convolution(kernel: 3, stride: 1, channels: 8, bias: true))
  let source = builder.current
  try builder.append(.groupedConvolution(kernel: 3, stride: 1, channels: 8, groups: 2, bias: false))
  try builder.append(.batchNorm)
  try builder.append(.channelShuffle(groups: 2))
  try builder.append(.squeezeExcitation(hidden: 3))
  try builder.append(.activation(.relu6))
  try builder.append(.depthwiseConvolution(kernel: 5, stride: 1))
  try builder.add(source)
  try builder.append(.activation(.relu))
  let sum = builder.current
  try builder.append(.pooling(.max, kernel: 3, stride: 1, padding: 1))
  try builder.append(.zero)
  try builder.add(sum)
  try builder.append(.batchNorm)
  try builder.append(.pooling(.average, kernel: 3, stride: 2, padding: 1))
  let pooled = builder.current
  try builder.append(.globalAveragePool)
  let mean = builder.current
  builder.current = pooled
  try builder.append(.dense(channels: 8))
  try builder.append(.batchNorm)
  try builder.append(.activation(.relu6))
  try builder.append(.dropout(rate: 0.2))
  try builder.add(mean)
  try builder.append(.convolution(kernel: 1, stride: 1, channels: 6, bias: false))
  try builder.append(.activation(.hardSwish))
  try builder.append(.channelShuffle(groups: 3))
  try builder.append(.groupedConvolution(kernel: 1, stride: 1, channels: 4, groups: 2, bias: true))
  try builder.append(.dropout(rate: 0.5))
  try builder.append(.dense(channels: 4))
  return try builder.network()
}
