public import Imaging
public import LinearMath

/// One view: a camera and what it saw. Rows run from the top; all images have the camera's size.
public struct Frame: Sendable {
  public let camera: Camera
  /// 8-bit sRGB with straight alpha; black where alpha is 0.
  public let color: Image
  /// Planar depth at the pixel centre, in world units; 0 where there is no surface.
  public let depth: [Float]
  /// RGB: the normal at the pixel centre as 127.5 n + 127.5, towards the camera, in the space the
  /// renderer was asked for; alpha: 255 where the pixel centre hits a surface. All 0 elsewhere.
  public let surface: Image
  /// The numbers that were asked for, `channels` for each pixel, side by side.
  public let layers: [FrameLayer: [Float]]

  public init(
    camera: Camera, color: Image, depth: [Float], surface: Image,
    layers: [FrameLayer: [Float]] = [:]
  ) {
    (self.camera, self.color, self.depth, self.surface) = (camera, color, depth, surface)
    self.layers = layers
  }

  /// Where in the world the surfaces at the pixel centres are, three numbers a pixel; 0 where there is none.
  public var positions: [Float] {
    let lens = camera.intrinsics
    var numbers = [Float](repeating: 0, count: 3 * depth.count)
    for pixel in depth.indices where depth[pixel] > 0 {
      let across = Double(pixel % lens.width) + 0.5 - lens.centerX
      let down = Double(pixel / lens.width) + 0.5 - lens.centerY
      let place = camera.worldFromCamera.transform(
        point: SIMD3(across / lens.focalX, -down / lens.focalY, -1) * Double(depth[pixel]))
      for axis in 0..<3 { numbers[3 * pixel + axis] = Float(place[axis]) }
    }
    return numbers
  }

  /// The layer of normals, which must have been asked for, with the camera's axes.
  /// - Parameter worldFromNormals: the rotation from the space they were asked for in.
  public func cameraNormals(worldFromNormals: Matrix3 = .identity) -> [Float] {
    let turn = camera.worldFromCamera.linear.transposed * worldFromNormals
    var numbers = layers[.normal]!
    for pixel in depth.indices where depth[pixel] > 0 {
      let normal = SIMD3<Double>(
        Double(numbers[3 * pixel]), Double(numbers[3 * pixel + 1]), Double(numbers[3 * pixel + 2]))
      let turned = turn * normal
      for axis in 0..<3 { numbers[3 * pixel + axis] = Float(turned[axis]) }
    }
    return numbers
  }

  /// The normals alone, as 8-bit RGB.
  public var normals: Image {
    var bytes = [UInt8](repeating: 0, count: 3 * depth.count)
    for pixel in 0..<depth.count {
      for channel in 0..<3 { bytes[3 * pixel + channel] = surface.bytes[4 * pixel + channel] }
    }
    return Image(width: surface.width, height: surface.height, channels: 3, bytes: bytes)
  }

  /// The mask alone, as 8-bit grey: 255 where the pixel centre hits a surface.
  public var mask: Image {
    var bytes = [UInt8](repeating: 0, count: depth.count)
    for pixel in 0..<depth.count { bytes[pixel] = surface.bytes[4 * pixel + 3] }
    return Image(width: surface.width, height: surface.height, channels: 1, bytes: bytes)
  }

  /// Depth as 16-bit grey: the nearest multiple of `unit`; 0 where there is none.
  public func depth16(unit: Float) -> Image {
    var bytes = [UInt8](repeating: 0, count: 2 * depth.count)
    for pixel in 0..<depth.count {
      let steps = (depth[pixel] / unit).rounded()
      let code = steps > 0 ? UInt16(min(steps, 65_535)) : 0
      bytes[2 * pixel] = UInt8(truncatingIfNeeded: code)
      bytes[2 * pixel + 1] = UInt8(truncatingIfNeeded: code >> 8)
    }
    return Image(
      width: surface.width, height: surface.height, channels: 1, bitsPerSample: 16, bytes: bytes)
  }

  /// Depth as 8-bit grey for the eye: 255 at `near` down to 1 at `far`; 0 where there is none.
  public func depth8(near: Float, far: Float) -> Image {
    var bytes = [UInt8](repeating: 0, count: depth.count)
    for pixel in 0..<depth.count where depth[pixel] > 0 {
      // So far away that the object has no depth in single precision, it is all near.
      let share = far > near ? (far - depth[pixel]) / (far - near) : 1
      bytes[pixel] = UInt8(min(max(1 + 254 * share, 1), 255).rounded())
    }
    return Image(width: surface.width, height: surface.height, channels: 1, bytes: bytes)
  }
}
