import Geometry
import Glibc
import LinearMath
import Scenes

/// A ground that nothing is seen of but the shadow on it: a disc below the lowest point, black where light is kept
/// off and clear where it is not. It counts for colour only.
enum GroundShadow {
  /// Where the shadow begins to fade, and is gone, in world units from the middle.
  private static let fade: ClosedRange<Float> = 0.9...1.7
  /// Nothing of it is farther from the middle.
  static let reach = 2.0

  static func surface(below scene: PreparedScene) -> PreparedScene.Surface {
    var material = Material()
    material.name = "ground shadow"
    material.baseColor = [0, 0, 0, 1]
    material.isUnlit = true
    material.alphaMode = .blend
    var prepared = PreparedMaterial(source: material)
    prepared.isShadow = true
    // A little below: two objects in one place would shimmer.
    return PreparedScene.Surface(
      mesh: disc(at: Float(scene.groundHeight)), material: prepared, name: "ground shadow")
  }

  static let rings = 44
  static let spokes = 128

  /// Rings and spokes, close together where the object stands.
  private static func disc(at height: Float) -> Mesh {
    var positions: [SIMD3<Float>] = [[0, height, 0]]
    var triangles: [SIMD3<UInt32>] = []
    for ring in 1...rings {
      let share = Float(ring) / Float(rings)
      let radius = fade.upperBound * share * (0.5 + 0.5 * share * share)
      let first = UInt32(positions.count)
      for spoke in 0..<spokes {
        let turn = 2 * Float.pi * Float(spoke) / Float(spokes)
        positions.append([radius * sin(turn), height, radius * cos(turn)])
        let (here, next) = (UInt32(spoke), UInt32((spoke + 1) % spokes))
        if ring == 1 {
          triangles.append([0, first + here, first + next])
        } else {
          let inner = first - UInt32(spokes)
          triangles.append([inner + here, first + here, first + next])
          triangles.append([inner + here, first + next, inner + next])
        }
      }
    }
    let streams = VertexAttributes(normals: Array(repeating: [0, 1, 0], count: positions.count))
    return (try? Mesh(positions: positions, triangles: triangles, attributes: streams))
      ?? Mesh.box()
  }

  /// As dark as little light arrives.
  static func painted(_ surface: PreparedScene.Surface) -> PreparedScene.Surface {
    var surface = surface
    var streams = surface.mesh.attributes
    streams.colors = surface.mesh.positions.indices.map { vertex in
      let (place, share) = (surface.mesh.positions[vertex], surface.ambient[vertex].share)
      let radius = (place.x * place.x + place.z * place.z).squareRoot()
      let out = (radius - fade.lowerBound) / (fade.upperBound - fade.lowerBound)
      let left = 1 - min(max(out, 0), 1)
      let dark = 1 - (share.x + share.y + share.z) / 3
      return [0, 0, 0, min(max(dark, 0), 1) * left * left * (3 - 2 * left)]
    }
    surface.mesh = (try? surface.mesh.with(attributes: streams)) ?? surface.mesh
    surface.ambient = []
    return surface
  }
}
