import Glibc

extension UVTransform {
  /// The coordinate scaled, turned and moved, as KHR_texture_transform has it.
  public func applied(to uv: SIMD2<Float>) -> SIMD2<Float> {
    let scaled = uv * scale
    let (c, s) = (cos(rotation), sin(rotation))
    return SIMD2(c * scaled.x + s * scaled.y, -s * scaled.x + c * scaled.y) + offset
  }
}
