import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matching, whyProtected } from '../../src/docker/protected.ts';

const is = (pattern: string, name: string): boolean => matching([pattern], [name]) !== undefined;

describe('a pattern of names', () => {
  it.each([
    ['ssh@*', 'ssh@1.service', true],
    ['ssh@*', 'ssh.service', false],
    ['*kube*', 'my-kubelet.service', true],
    ['*kube*', 'kube', true],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['a.c', 'abc', false],
    ['*ab', 'aab', true],
    ['*a*b', 'abab', true],
    ['a**', 'a', true],
    ['*\n*', 'a\nb', true],
  ])('%j and %j: %s', (pattern, name, expected) => expect(is(pattern, name)).toBe(expected));

  it('means what its regular expression means', () => {
    const text = (chars: string) => fc.string({ unit: fc.constantFrom(...chars), maxLength: 8 });
    fc.assert(
      fc.property(text('ab*?'), text('ab'), (pattern, name) => {
        const source = pattern.replaceAll('?', '.').replaceAll('*', '.*');
        expect(is(pattern, name)).toBe(new RegExp(`^${source}$`).test(name));
      }),
    );
  });

  it('of many stars is soon done', () => {
    expect(is(`${'*a'.repeat(100)}b`, 'a'.repeat(100_000))).toBe(false);
  });
});

it('sshd is protected, a web server is not', () => {
  expect(whyProtected('sshd.service')).toBe('people and unwedge reach the host by it');
  expect(whyProtected('nginx.service')).toBeUndefined();
});
