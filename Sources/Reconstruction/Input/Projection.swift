import LinearMath
import Views

/// A pinhole in single precision: what maps points of the working space to pixels.
///
/// The working space is the views' world, moved and scaled so that the object lies about the origin within a radius
/// of 1; axes stay. A point is in front of the camera where `depth` is positive.
struct Projection: Sendable {
  /// Rows of camera-from-world with +x right, +y down, +z ahead.
  let right, down, ahead: SIMD3<Float>
  let shift: SIMD3<Float>
  let focal, center: SIMD2<Float>
  let eye: SIMD3<Float>
  let width, height: Int

  init(
    right: SIMD3<Float>, down: SIMD3<Float>, ahead: SIMD3<Float>, shift: SIMD3<Float>,
    focal: SIMD2<Float>, center: SIMD2<Float>, eye: SIMD3<Float>, width: Int, height: Int
  ) {
    (self.right, self.down, self.ahead, self.shift) = (right, down, ahead, shift)
    (self.focal, self.center, self.eye) = (focal, center, eye)
    (self.width, self.height) = (width, height)
  }

  init(_ camera: Camera) {
    let pose = camera.worldFromCamera
    let (x, y, z) = pose.linear.columns
    (right, down, ahead) = (SIMD3<Float>(x), SIMD3<Float>(-y), SIMD3<Float>(-z))
    let origin = pose.translation
    shift = SIMD3<Float>(SIMD3(-x.dot(origin), y.dot(origin), z.dot(origin)))
    eye = SIMD3<Float>(origin)
    let lens = camera.intrinsics
    focal = SIMD2(Float(lens.focalX), Float(lens.focalY))
    center = SIMD2(Float(lens.centerX), Float(lens.centerY))
    (width, height) = (lens.width, lens.height)
  }

  /// Pixel (centres at +0.5) and planar depth.
  @inline(__always)
  func project(_ point: SIMD3<Float>) -> (pixel: SIMD2<Float>, depth: Float) {
    let z = ahead.dot(point) + shift.z
    let scale = 1 / z
    let x = (right.dot(point) + shift.x) * scale
    let y = (down.dot(point) + shift.y) * scale
    return (SIMD2(x, y) * focal + center, z)
  }

  /// The column and row of the pixel that a point falls into, and its planar depth; nil outside of the picture and
  /// behind the camera.
  @inline(__always)
  func pixel(of point: SIMD3<Float>) -> (x: Int, y: Int, depth: Float)? {
    let (place, depth) = project(point)
    guard depth > 0, place.x >= 0, place.y >= 0, place.x < Float(width), place.y < Float(height)
    else { return nil }
    return (Int(place.x), Int(place.y), depth)
  }

  /// The direction through a pixel, with planar depth 1.
  @inline(__always)
  func ray(_ pixel: SIMD2<Float>) -> SIMD3<Float> {
    let slope = (pixel - center) / focal
    return right * slope.x + down * slope.y + ahead
  }

  @inline(__always)
  func point(_ pixel: SIMD2<Float>, depth: Float) -> SIMD3<Float> { eye + ray(pixel) * depth }
}

extension Projection {
  /// The same camera with a picture of another size.
  func scaled(toWidth width: Int, height: Int) -> Projection {
    let scale = SIMD2(Float(width) / Float(self.width), Float(height) / Float(self.height))
    return Projection(
      right: right, down: down, ahead: ahead, shift: shift, focal: focal * scale,
      center: center * scale, eye: eye, width: width, height: height)
  }

  /// The same camera with a picture of half the size.
  var halved: Projection {
    Projection(
      right: right, down: down, ahead: ahead, shift: shift, focal: focal / 2, center: center / 2,
      eye: eye, width: width / 2, height: height / 2)
  }
}
