import CEGL

/// A picture of what is solid and lets no light through, with ever smaller copies.
final class GLBehind {
  private let texture: GLTexture
  private let framebuffer: GLFramebuffer
  private let average: GLProgram
  private let emptyArray = GLVertexArray()
  private let width, height: Int

  init(width: Int, height: Int) throws(RenderError) {
    texture = GLTexture(mipmapped: GL_RGBA16F, width: width, height: height)
    framebuffer = try GLFramebuffer(colors: [(texture.name, texture.target)], depth: nil)
    average = try GLProgram(vertex: Shaders.fullScreenVertex, fragment: Shaders.averageFragment)
    (self.width, self.height) = (width, height)
  }

  /// Takes what has been drawn.
  func take(_ samples: borrowing GLTexture, count: Int) {
    framebuffer.bind()
    glViewport(0, 0, GLsizei(width), GLsizei(height))
    for state in [GL_DEPTH_TEST, GL_BLEND, GL_CULL_FACE] { glDisable(GLenum(state)) }
    average.use()
    samples.bind(unit: 0)
    average.set("u_samples", 0)
    average.set("u_count", count)
    emptyArray.bind()
    glDrawArrays(GLenum(GL_TRIANGLES), 0, 3)
    texture.bind(unit: 0)
    glGenerateMipmap(texture.target)
    glEnable(GLenum(GL_DEPTH_TEST))
  }

  func bind(unit: Int) { texture.bind(unit: unit) }
}
