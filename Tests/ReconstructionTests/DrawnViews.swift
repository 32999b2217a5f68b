import Geometry
import Glibc
import Imaging
import LinearMath
import Reconstruction
import Views

/// Views of a mesh in colors that depend on the place only, drawn by casting rays: by nothing that rebuilding uses.
enum DrawnViews {
  static func make(_ mesh: Mesh, count: Int, pixels: Int) -> [SourceView] {
    let tree = BVH(mesh)
    let lens = Intrinsics(width: pixels, height: pixels, fieldOfView: 0.8)
    return (0..<count).map { index in
      // A Fibonacci lattice.
      let y = 1 - 2 * (Double(index) + 0.5) / Double(count)
      let angle = Double(index) * 2.399963229728653
      let r = (1 - y * y).squareRoot()
      let eye = SIMD3(r * cos(angle), y, r * sin(angle)) * 2.9
      let camera = Camera(eye: eye, target: .zero, intrinsics: lens)
      return SourceView(name: "view \(index)", camera: camera, image: draw(tree, camera))
    }
  }

  private static func draw(_ tree: BVH, _ camera: Camera) -> Image {
    let lens = camera.intrinsics
    var image = Image(width: lens.width, height: lens.height, filledWith: .zero)
    let (right, up, back) = camera.worldFromCamera.linear.columns
    let samples = 4
    for y in 0..<lens.height {
      for x in 0..<lens.width {
        var (sum, hits) = (SIMD3<Float>.zero, 0)
        for sample in 0..<samples * samples {
          let px = Double(x) + (Double(sample % samples) + 0.5) / Double(samples)
          let py = Double(y) + (Double(sample / samples) + 0.5) / Double(samples)
          let along =
            right * ((px - lens.centerX) / lens.focalX) - up * ((py - lens.centerY) / lens.focalY)
            - back
          let ray = SIMD3<Float>(along)
          let origin = SIMD3<Float>(camera.eye)
          guard let hit = tree.firstHit(from: origin, along: ray) else { continue }
          sum += color(origin + ray * hit.distance)
          hits += 1
        }
        guard hits > 0 else { continue }
        let at = 4 * (y * lens.width + x)
        for channel in 0..<3 { image.bytes[at + channel] = UInt8(sum[channel] / Float(hits)) }
        image.bytes[at + 3] = UInt8((Double(hits) * 255 / Double(samples * samples)).rounded())
      }
    }
    return image
  }

  /// Waves of several lengths: detail everywhere, none finer than a pixel.
  static func color(_ p: SIMD3<Float>) -> SIMD3<Float> {
    func wave(_ v: SIMD3<Float>) -> Float { Float(sin(Double(p.dot(v)))) }
    let base = wave([9, 4, -7]) + wave([-5, 11, 6]) + wave([14, -9, 12]) + wave([3, 17, -15])
    return SIMD3(128 + 25 * base, 128 + 25 * wave([8, 13, 5]), 120 + 20 * base)
  }
}

/// Shapes to rebuild.
enum Solids {
  /// A profile of (radius, height) turned about the y axis; it begins and ends on the axis.
  static func turned(_ profile: [SIMD2<Float>], steps: Int = 48) throws -> Mesh {
    var positions: [SIMD3<Float>] = []
    var triangles: [SIMD3<UInt32>] = []
    let table = (0..<steps).map { step in
      let angle = 2 * Float.pi * Float(step) / Float(steps)
      return SIMD2(cos(angle), sin(angle))
    }
    let first = UInt32(positions.count)
    positions.append(SIMD3(0, profile[0].y, 0))
    for ring in profile.dropFirst().dropLast() {
      positions += table.map { SIMD3(ring.x * $0.x, ring.y, ring.x * $0.y) }
    }
    let last = UInt32(positions.count)
    positions.append(SIMD3(0, profile.last!.y, 0))
    let rings = profile.count - 2
    func vertex(_ ring: Int, _ step: Int) -> UInt32 { UInt32(1 + ring * steps + step % steps) }
    for step in 0..<steps {
      triangles.append(SIMD3(first, vertex(0, step), vertex(0, step + 1)))
      triangles.append(SIMD3(last, vertex(rings - 1, step + 1), vertex(rings - 1, step)))
      for ring in 0..<rings - 1 {
        let (a, b) = (vertex(ring, step), vertex(ring, step + 1))
        let (c, d) = (vertex(ring + 1, step), vertex(ring + 1, step + 1))
        triangles.append(SIMD3(a, c, b))
        triangles.append(SIMD3(b, c, d))
      }
    }
    return try Mesh(positions: positions, triangles: triangles)
  }

  /// A bowl, hollow to half its height: no outline shows its inside.
  static func bowl() throws -> Mesh {
    try turned([
      [0, -0.55], [0.3, -0.54], [0.55, -0.42], [0.75, -0.15], [0.85, 0.2], [0.87, 0.3],
      [0.82, 0.33],
      [0.76, 0.3], [0.68, 0.1], [0.52, -0.1], [0.28, -0.2], [0, -0.22],
    ])
  }
}
