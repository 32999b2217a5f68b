import CEGL
import Geometry
import LinearMath

/// A prepared surface in the GL's memory.
///
/// Vertices are interleaved: position 3, normal 3, tangent 4, two UV channels 4, colour 4
/// floats, and 16 of the light that arrives.
final class GLMesh {
  private let array = GLVertexArray()
  private let vertices = GLBuffer(target: GL_ARRAY_BUFFER)
  private let indices = GLBuffer(target: GL_ELEMENT_ARRAY_BUFFER)
  let triangleCount: Int

  private static let layout: [(location: GLuint, size: GLint)] = [
    (0, 3), (1, 3), (2, 4), (3, 4), (4, 4),
  ]
  /// What light arrives, where that is known.
  private static let ambientLayout: [(location: GLuint, size: GLint)] = [
    (5, 4), (6, 4), (7, 4), (8, 4),
  ]

  init(_ surface: PreparedScene.Surface) {
    triangleCount = surface.mesh.triangles.count
    array.bind()
    vertices.upload(Self.interleaved(surface))
    var offset = 0
    let layout = Self.layout + (surface.ambient.isEmpty ? [] : Self.ambientLayout)
    let stride = layout.reduce(0) { $0 + 4 * $1.size }
    for (location, size) in layout {
      glEnableVertexAttribArray(location)
      unsafe glVertexAttribPointer(
        location, size, GLenum(GL_FLOAT), GLboolean(GL_FALSE), stride,
        UnsafeRawPointer(bitPattern: offset))
      offset += 4 * Int(size)
    }
    upload(order: surface.mesh.triangles)
  }

  /// Replaces the triangles by the same ones in another order.
  func reorder(_ triangles: [SIMD3<UInt32>]) {
    array.bind()
    upload(order: triangles, changesOften: true)
  }

  private func upload(order triangles: [SIMD3<UInt32>], changesOften: Bool = false) {
    indices.upload(triangles.flatMap { [$0.x, $0.y, $0.z] }, changesOften: changesOften)
  }

  func draw() { draw(0..<triangleCount) }

  func draw(_ range: Range<Int>) {
    array.bind()
    unsafe glDrawElements(
      GLenum(GL_TRIANGLES), GLsizei(3 * range.count), GLenum(GL_UNSIGNED_INT),
      UnsafeRawPointer(bitPattern: 12 * range.lowerBound))
  }

  private static func interleaved(_ surface: PreparedScene.Surface) -> [Float] {
    let mesh = surface.mesh
    let streams = mesh.attributes
    let channels = surface.material.uvSets.map { streams.uvs[$0] }
    var data: [Float] = []
    data.reserveCapacity(mesh.positions.count * (surface.ambient.isEmpty ? 18 : 34))
    for vertex in mesh.positions.indices {
      let p = mesh.positions[vertex]
      let n = streams.normals[vertex]
      let t = streams.tangents.isEmpty ? SIMD4<Float>(1, 0, 0, 1) : streams.tangents[vertex]
      let c = streams.colors.isEmpty ? SIMD4<Float>(1, 1, 1, 1) : streams.colors[vertex]
      data.append(contentsOf: [p.x, p.y, p.z, n.x, n.y, n.z, t.x, t.y, t.z, t.w])
      for channel in 0..<2 {
        let uv = channel < channels.count ? channels[channel][vertex] : .zero
        data.append(contentsOf: [uv.x, uv.y])
      }
      data.append(contentsOf: [c.x, c.y, c.z, c.w])
      if !surface.ambient.isEmpty {
        let light = surface.ambient[vertex].packed
        for index in 0..<16 { data.append(light[index]) }
      }
    }
    return data
  }
}
