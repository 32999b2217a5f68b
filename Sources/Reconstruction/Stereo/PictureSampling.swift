import CGather
import LinearMath

/// Bilinear, at eight places in pixels; clamped to the picture.
///
/// Most of the time of stereo is spent here, and bounds checks were most of that (see `CGather`). That the unchecked reads stay
/// within the picture is what the clamping is for.
@inline(__always)
func sampled(
  _ values: [Float], _ width: Int, _ height: Int, x: SIMD8<Float>, y: SIMD8<Float>
) -> SIMD8<Float> {
  precondition(values.count == width * height && width > 1 && height > 1)
  let cx = (x - 0.5).clamped(0, Float(width) - 1.001)
  let cy = (y - 0.5).clamped(0, Float(height) - 1.001)
  let left = cx.rounded(.down)
  let top = cy.rounded(.down)
  // In whole numbers: those of single precision end at the pixels of a picture of 4096 x 4096.
  let base = top.truncated &* Int32(width) &+ left.truncated
  return unsafe values.withUnsafeBufferPointer { buffer in
    unsafe maquette_bilinear(buffer.baseAddress!, Int32(width), base, cx - left, cy - top)
  }
}
