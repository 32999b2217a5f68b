import Geometry
import Glibc
public import Imaging
import LinearMath
public import Views

/// The shadow on the ground as a picture of it, to be laid under views of the object: where the ground is always below
/// the object, that is the same as drawing it, and much quicker.
public struct GroundShade: Sendable {
  /// World height of the ground.
  private let height: Double
  /// How dark, 0 to 1, at the corners of square cells over the square about the middle.
  private let darkness: [Float]
  private static let side = 1024
  /// World units from the middle to the edge of the square.
  private static let reach: Float = 1.7

  /// - Parameter disc: painted, as `GroundShadow` makes it: rings of spokes about a middle vertex.
  init(_ disc: PreparedScene.Surface, rings: Int, spokes: Int) {
    let (positions, colors) = (disc.mesh.positions, disc.mesh.attributes.colors)
    height = Double(positions[0].y)
    let radii = (0...rings).map { ring in
      ring == 0 ? 0 : positions[1 + (ring - 1) * spokes].z
    }
    func dark(_ ring: Int, _ spoke: Int) -> Float {
      colors[ring == 0 ? 0 : 1 + (ring - 1) * spokes + spoke % spokes].w
    }
    var darkness = [Float](repeating: 0, count: Self.side * Self.side)
    for row in 0..<Self.side {
      for column in 0..<Self.side {
        let place = (SIMD2(Float(column), Float(row)) / Float(Self.side - 1) * 2 - 1) * Self.reach
        let radius = (place * place).sum().squareRoot()
        guard let ring = radii.firstIndex(where: { $0 > radius }), ring > 0 else { continue }
        let out = (radius - radii[ring - 1]) / (radii[ring] - radii[ring - 1])
        // Spokes begin at +z and turn towards +x.
        var turn = atan2(place.x, place.y) / (2 * Float.pi) * Float(spokes)
        if turn < 0 { turn += Float(spokes) }
        let (spoke, share) = (Int(turn), turn - Float(Int(turn)))
        func around(_ ring: Int) -> Float {
          dark(ring, spoke) * (1 - share) + dark(ring, spoke + 1) * share
        }
        darkness[row * Self.side + column] = around(ring - 1) * (1 - out) + around(ring) * out
      }
    }
    self.darkness = darkness
  }

  /// A view of the object, 8-bit RGBA with straight alpha, over the shadow.
  public func under(_ view: Image, _ camera: Camera) -> Image {
    var image = view
    let (eye, lens) = (camera.eye, camera.intrinsics)
    let above = eye.y - height
    guard above > 0 else { return image }
    let (right, up, back) = camera.worldFromCamera.linear.columns
    // In cells; the ray through a pixel meets the ground at eye + ray * above / -ray.y.
    let cells = Double(Self.side - 1) / 2 / Double(Self.reach)
    let across = right / lens.focalX
    for row in 0..<image.height {
      let down = (Double(row) + 0.5 - lens.centerY) / lens.focalY
      let first = across * (0.5 - lens.centerX) - up * down - back
      for column in 0..<image.width {
        let at = 4 * (row * image.width + column)
        let cover = image.bytes[at + 3]
        if cover == 255 { continue }
        let ray = first + across * Double(column)
        guard ray.y < -1e-6 else { continue }
        let far = above / -ray.y
        let x = Float((eye.x + ray.x * far + Double(Self.reach)) * cells)
        let z = Float((eye.z + ray.z * far + Double(Self.reach)) * cells)
        let last = Float(Self.side - 1)
        guard x >= 0, z >= 0, x < last, z < last else { continue }
        let shade = sample(x, z)
        if shade <= 0 { continue }
        let top = Float(cover) / 255
        let whole = top + shade * (1 - top)
        let share = top / whole
        for channel in 0..<3 {
          image.bytes[at + channel] = UInt8(Float(image.bytes[at + channel]) * share + 0.5)
        }
        image.bytes[at + 3] = UInt8(whole * 255 + 0.5)
      }
    }
    return image
  }

  @inline(__always)
  private func sample(_ x: Float, _ z: Float) -> Float {
    let (column, row) = (Int(x), Int(z))
    let (fx, fz) = (x - Float(column), z - Float(row))
    let at = row * Self.side + column
    let near = darkness[at] * (1 - fx) + darkness[at + 1] * fx
    let far = darkness[at + Self.side] * (1 - fx) + darkness[at + Self.side + 1] * fx
    return near * (1 - fz) + far * fz
  }
}
