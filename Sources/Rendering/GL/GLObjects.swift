import CEGL

// Handles of the GL, each owned once and freed with its owner. The context must be current.

/// A texture that the engine draws into or lights with.
struct GLTexture: ~Copyable {
  let name: GLuint
  let target: GLenum

  private init(target: Int32) {
    var name: GLuint = 0
    unsafe glGenTextures(1, &name)
    self.name = name
    self.target = GLenum(target)
    glBindTexture(self.target, name)
  }

  deinit {
    var name = name
    unsafe glDeleteTextures(1, &name)
  }

  /// The specular chain of an environment.
  init(cubes: [CubeMap]) {
    self.init(target: GL_TEXTURE_CUBE_MAP)
    for (level, cube) in cubes.enumerated() {
      for face in 0..<6 {
        let count = cube.size * cube.size
        let texels = Array(cube.texels[face * count..<(face + 1) * count])
        unsafe glTexImage2D(
          GLenum(GL_TEXTURE_CUBE_MAP_POSITIVE_X + Int32(face)), GLint(level), GL_RGBA16F,
          GLsizei(cube.size), GLsizei(cube.size), 0, GLenum(GL_RGBA), GLenum(GL_FLOAT), texels)
      }
    }
    set(GL_TEXTURE_MAX_LEVEL, Int32(cubes.count - 1))
    set(GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR)
    set(GL_TEXTURE_MAG_FILTER, GL_LINEAR)
  }

  /// The specular table.
  init(table: SpecularTable) {
    self.init(target: GL_TEXTURE_2D)
    let size = GLsizei(SpecularTable.size)
    unsafe glTexImage2D(
      target, 0, GL_RGBA16F, size, size, 0, GLenum(GL_RGBA), GLenum(GL_FLOAT), table.entries)
    set(GL_TEXTURE_MIN_FILTER, GL_LINEAR)
    set(GL_TEXTURE_MAG_FILTER, GL_LINEAR)
    set(GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE)
    set(GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE)
  }

  /// An attachment to draw into; several samples a pixel where `samples` > 1.
  init(attachment format: Int32, width: Int, height: Int, samples: Int = 1) {
    self.init(target: samples > 1 ? GL_TEXTURE_2D_MULTISAMPLE : GL_TEXTURE_2D)
    if samples > 1 {
      glTexStorage2DMultisample(
        target, GLsizei(samples), GLenum(format), GLsizei(width), GLsizei(height),
        GLboolean(GL_TRUE))
    } else {
      glTexStorage2D(target, 1, GLenum(format), GLsizei(width), GLsizei(height))
      set(GL_TEXTURE_MIN_FILTER, GL_NEAREST)
      set(GL_TEXTURE_MAG_FILTER, GL_NEAREST)
    }
  }

  /// A picture to draw into that is read blurred.
  init(mipmapped format: Int32, width: Int, height: Int) {
    self.init(target: GL_TEXTURE_2D)
    var levels: GLsizei = 1
    while max(width, height) >> Int(levels) > 0 { levels += 1 }
    glTexStorage2D(target, levels, GLenum(format), GLsizei(width), GLsizei(height))
    set(GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR)
    set(GL_TEXTURE_MAG_FILTER, GL_LINEAR)
    set(GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE)
    set(GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE)
  }

  func bind(unit: Int) {
    glActiveTexture(GLenum(GL_TEXTURE0 + Int32(unit)))
    glBindTexture(target, name)
  }

  private func set(_ parameter: Int32, _ value: Int32) {
    glTexParameteri(target, GLenum(parameter), value)
  }
}

struct GLBuffer: ~Copyable {
  let name: GLuint
  let target: GLenum

  init(target: Int32) {
    var name: GLuint = 0
    unsafe glGenBuffers(1, &name)
    self.name = name
    self.target = GLenum(target)
  }

  deinit {
    var name = name
    unsafe glDeleteBuffers(1, &name)
  }

  func upload<Element: BitwiseCopyable>(_ data: [Element], changesOften: Bool = false) {
    glBindBuffer(target, name)
    unsafe data.withUnsafeBytes { bytes in
      unsafe glBufferData(
        target, bytes.count, bytes.baseAddress,
        GLenum(changesOften ? GL_STREAM_DRAW : GL_STATIC_DRAW))
    }
  }
}

struct GLVertexArray: ~Copyable {
  private let name: GLuint

  init() {
    var name: GLuint = 0
    unsafe glGenVertexArrays(1, &name)
    self.name = name
  }

  deinit {
    var name = name
    unsafe glDeleteVertexArrays(1, &name)
  }

  func bind() { glBindVertexArray(name) }
}

struct GLFramebuffer: ~Copyable {
  let name: GLuint

  /// - Parameter colors: textures by attachment point, from 0.
  init(colors: [(texture: GLuint, target: GLenum)], depth: (texture: GLuint, target: GLenum)?)
    throws(RenderError)
  {
    var name: GLuint = 0
    unsafe glGenFramebuffers(1, &name)
    self.name = name
    glBindFramebuffer(GLenum(GL_FRAMEBUFFER), name)
    var buffers: [GLenum] = []
    for (index, color) in colors.enumerated() {
      let point = GLenum(GL_COLOR_ATTACHMENT0 + Int32(index))
      glFramebufferTexture2D(GLenum(GL_FRAMEBUFFER), point, color.target, color.texture, 0)
      buffers.append(point)
    }
    if let depth {
      glFramebufferTexture2D(
        GLenum(GL_FRAMEBUFFER), GLenum(GL_DEPTH_ATTACHMENT), depth.target, depth.texture, 0)
    }
    unsafe glDrawBuffers(GLsizei(buffers.count), buffers)
    let status = glCheckFramebufferStatus(GLenum(GL_FRAMEBUFFER))
    guard status == GLenum(GL_FRAMEBUFFER_COMPLETE) else {
      throw RenderError(
        "gl-framebuffer",
        "the driver refuses the render target (status \(String(status, radix: 16)))")
    }
  }

  deinit {
    var name = name
    unsafe glDeleteFramebuffers(1, &name)
  }

  func bind() { glBindFramebuffer(GLenum(GL_FRAMEBUFFER), name) }

  /// Binds it, cleared.
  func begin(width: Int, height: Int) {
    bind()
    glViewport(0, 0, GLsizei(width), GLsizei(height))
    glDepthMask(GLboolean(GL_TRUE))
    glClearColor(0, 0, 0, 0)
    glClear(GLbitfield(GL_COLOR_BUFFER_BIT) | GLbitfield(GL_DEPTH_BUFFER_BIT))
  }

  /// Four numbers a pixel of one attachment.
  func floats(attachment: Int32, width: Int, height: Int) -> [Float] {
    bind()
    glReadBuffer(GLenum(GL_COLOR_ATTACHMENT0 + attachment))
    var values = [Float](repeating: 0, count: 4 * width * height)
    unsafe glReadPixels(
      0, 0, GLsizei(width), GLsizei(height), GLenum(GL_RGBA), GLenum(GL_FLOAT), &values)
    return values
  }
}
