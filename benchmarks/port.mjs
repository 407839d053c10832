// The training step as one would first write it in JavaScript: a loop for each sum, every operation rounded to float32.
// It is what the playground's engine is compared with, and computes the same bits for tanh and a frozen lift.

const f = Math.fround;
const [P0, P1, P2, P3, P4, P5, P6] = [-2.76076847742355e-16, 2.00018790482477e-13, -8.60467152213735e-11, 5.12229709037114e-8, 1.48572235717979e-5,
  6.37261928875436e-4, 4.89352455891786e-3].map(f);
const [Q0, Q1, Q2, Q3] = [1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3].map(f);
const E = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1].map(f);
const LIMIT = f(7.90531110763549805), LOG2_E = f(1.44269504088896341), HIGH = f(0.693359375), LOW = f(-2.1219444e-4);
const NEGLIGIBLE = f(1e-17), FADED = f(1e-30);

const horner = (coefficients, x) => coefficients.slice(1).reduce((p, a) => f(f(p * x) + a), coefficients[0]);

function tanh(x) {
  x = Math.min(Math.max(x, -LIMIT), LIMIT);
  const s = f(x * x);
  let p = f(f(P0 * s) + P1);
  p = f(f(p * s) + P2);
  p = f(f(p * s) + P3);
  p = f(f(p * s) + P4);
  p = f(f(p * s) + P5);
  p = f(f(p * s) + P6);
  let q = f(f(Q0 * s) + Q1);
  q = f(f(q * s) + Q2);
  q = f(f(q * s) + Q3);
  return f(f(x * p) / q);
}

function exp(x) {
  if (x < -86) return 0;
  const k = f(f(f(x * LOG2_E) + 12582912) - 12582912), r = f(f(x - f(k * HIGH)) - f(k * LOW));
  return f(f(f(f(horner(E, r) * f(r * r)) + r) + 1) * 2 ** k);
}

const flush = (x, least) => (Math.abs(x) < least ? 0 : x);

export class Port {
  constructor(net, weights, { rate, batch }) {
    const zeros = () => Object.fromEntries(Object.entries(weights).map(([name, array]) => [name, new Float32Array(array.length)]));
    Object.assign(this, { net, weights, rate, batch, m: zeros(), v: zeros(), powers: [1, 1] });
  }

  // Stage inputs, stages and logits of a batch x.
  forward(x) {
    const { d_hat, L, classes, A, beta } = this.net, { lift, K, b, W, mu } = this.weights, n = x.length / 2, s = beta.length;
    const zeros = (count) => Array.from({ length: count }, () => new Float32Array(n * d_hat));
    const y = zeros(L + 1), u = Array.from({ length: L }, () => zeros(s)), F = Array.from({ length: L }, () => zeros(s));
    for (let r = 0; r < n; r++) {
      for (let o = 0; o < d_hat; o++) {
        let sum = 0;
        for (let i = 0; i < 2; i++) sum = f(sum + f(lift[o * 2 + i] * x[r * 2 + i]));
        y[0][r * d_hat + o] = sum;
      }
    }
    for (let l = 0; l < L; l++) {
      for (let i = 0; i < s; i++) {
        const u_i = u[l][i], f_i = F[l][i];
        u_i.set(y[l]);
        for (let j = 0; j < i; j++) {
          const a = A[i][j], f_j = F[l][j];
          if (a !== 0) for (let k = 0; k < n * d_hat; k++) u_i[k] = f(u_i[k] + f(a * f_j[k]));
        }
        for (let r = 0; r < n; r++) {
          for (let o = 0; o < d_hat; o++) {
            let sum = b[l * d_hat + o];
            for (let k = 0; k < d_hat; k++) sum = f(sum + f(K[(l * d_hat + o) * d_hat + k] * u_i[r * d_hat + k]));
            f_i[r * d_hat + o] = tanh(sum);
          }
        }
      }
      for (let k = 0; k < n * d_hat; k++) {
        let sum = y[l][k];
        for (let i = 0; i < s; i++) sum = f(sum + f(beta[i] * F[l][i][k]));
        y[l + 1][k] = sum;
      }
    }
    const z = new Float32Array(n * classes);
    for (let r = 0; r < n; r++) {
      for (let k = 0; k < classes; k++) {
        let sum = mu[k];
        for (let o = 0; o < d_hat; o++) sum = f(sum + f(W[k * d_hat + o] * y[L][r * d_hat + o]));
        z[r * classes + k] = sum;
      }
    }
    return { y, u, F, z };
  }

  // Gives each weight array with its gradient to `use`, from the last layer to the first.
  backward(x, c, use) {
    const { d_hat, L, classes, A, beta } = this.net, { K, W } = this.weights, n = c.length, s = beta.length;
    const { y, u, F, z } = this.forward(x);
    const p = new Float32Array(n * d_hat), gW = new Float32Array(classes * d_hat), gmu = new Float32Array(classes);
    for (let r = 0; r < n; r++) {
      const row = z.subarray(r * classes, (r + 1) * classes), largest = Math.max(...row), e = Array.from(row, (t) => exp(f(t - largest)));
      const total = e.reduce((a, t) => f(a + t));
      for (let k = 0; k < classes; k++) {
        const dz = flush(f(f(f(e[k] / total) - (k === c[r] ? 1 : 0)) / n), NEGLIGIBLE);
        gmu[k] = f(gmu[k] + dz);
        for (let o = 0; o < d_hat; o++) {
          gW[k * d_hat + o] = f(gW[k * d_hat + o] + f(dz * y[L][r * d_hat + o]));
          p[r * d_hat + o] = f(p[r * d_hat + o] + f(dz * W[k * d_hat + o]));
        }
      }
    }
    use("W", 0, gW);
    use("mu", 0, gmu);
    for (let l = L - 1; l >= 0; l--) {
      const xi = [], G = [];
      for (let i = s - 1; i >= 0; i--) {
        xi[i] = new Float32Array(n * d_hat);
        G[i] = new Float32Array(n * d_hat);
        const xi_i = xi[i], G_i = G[i], f_i = F[l][i];
        for (let k = 0; k < n * d_hat; k++) xi_i[k] = f(beta[i] * p[k]);
        for (let j = i + 1; j < s; j++) {
          const a = A[j][i], G_j = G[j];
          if (a !== 0) for (let k = 0; k < n * d_hat; k++) xi_i[k] = f(xi_i[k] + f(a * G_j[k]));
        }
        for (let k = 0; k < n * d_hat; k++) xi_i[k] = flush(f(xi_i[k] * f(1 - f(f_i[k] * f_i[k]))), NEGLIGIBLE);
        for (let r = 0; r < n; r++) {
          for (let k = 0; k < d_hat; k++) {
            let sum = 0;
            for (let o = 0; o < d_hat; o++) sum = f(sum + f(K[(l * d_hat + o) * d_hat + k] * xi_i[r * d_hat + o]));
            G_i[r * d_hat + k] = sum;
          }
        }
      }
      for (let i = 0; i < s; i++) for (let k = 0; k < n * d_hat; k++) p[k] = f(p[k] + G[i][k]);
      const gK = new Float32Array(d_hat * d_hat), gb = new Float32Array(d_hat);
      for (let o = 0; o < d_hat; o++) {
        for (let i = 0; i < s; i++) for (let r = 0; r < n; r++) gb[o] = f(gb[o] + xi[i][r * d_hat + o]);
        for (let k = 0; k < d_hat; k++) {
          let sum = 0;
          for (let i = 0; i < s; i++) {
            const u_i = u[l][i], xi_i = xi[i];
            for (let r = 0; r < n; r++) sum = f(sum + f(u_i[r * d_hat + k] * xi_i[r * d_hat + o]));
          }
          gK[o * d_hat + k] = sum;
        }
      }
      use("K", l * d_hat * d_hat, gK);
      use("b", l * d_hat, gb);
    }
  }

  epoch({ X, c }, order) {
    for (let first = 0; first < order.length; first += this.batch) {
      const batch = Array.from(order.slice(first, first + this.batch)), x = new Float32Array(batch.flatMap((i) => [X[2 * i], X[2 * i + 1]]));
      this.powers = [this.powers[0] * 0.9, this.powers[1] * 0.999];
      const rate = f(this.rate / (1 - this.powers[0])), scale = f(1 / Math.sqrt(1 - this.powers[1]));
      this.backward(x, batch.map((i) => c[i]), (name, at, gradient) => {
        const w = this.weights[name], m = this.m[name], v = this.v[name];
        for (let k = 0; k < gradient.length; k++) {
          const g = flush(gradient[k], NEGLIGIBLE);
          m[at + k] = flush(f(f(m[at + k] * f(0.9)) + f(g * f(0.1))), FADED);
          v[at + k] = flush(f(f(v[at + k] * f(0.999)) + f(f(g * f(0.001)) * g)), FADED);
          w[at + k] = f(w[at + k] - f(f(m[at + k] * rate) / f(f(f(Math.sqrt(v[at + k])) * scale) + f(1e-8))));
        }
      });
    }
  }

  gradients({ X, c }) {
    const found = Object.fromEntries(Object.entries(this.weights).map(([name, array]) => [name, new Float32Array(array.length)]));
    this.backward(X, Array.from(c), (name, at, gradient) => found[name].set(gradient, at));
    return found;
  }

  statistics({ X, c }) {
    const { classes } = this.net, { z } = this.forward(X);
    let cost = 0, right = 0;
    for (let r = 0; r < c.length; r++) {
      const row = [...z.subarray(r * classes, (r + 1) * classes)], largest = Math.max(...row);
      if (row.indexOf(largest) === c[r]) right++;
      cost += Math.log(row.reduce((a, t) => a + Math.exp(t - largest), 0)) - (row[c[r]] - largest);
    }
    return { cost: cost / c.length, accuracy: right / c.length };
  }
}
