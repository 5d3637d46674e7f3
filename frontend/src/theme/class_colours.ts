/**
 * Why this file: the colours of the first 256 classes, on a white page and on TensorBoard's dark one.
 *
 * The first ten are everyday hues, calm enough to lie as territories side by side, each moved by hill climbing no further
 * than it takes that any two differ by at least 40 in CIELAB to common eyes and 20 to a protanope or deuteranope. Each
 * further one is as far as can be from all before it, to whoever sees the least difference on either page (the idea of
 * Glasbey et al. 2007), among colours of a lattice of lightness 33 to 75, chroma 24 to 84 and hue; the dark page has the
 * same hue, lighter.
 */
export const CLASS_COLOURS = {
  light: [
    "1b80d6 e18645 008b7a ad0c10 754097 814c40 ff6aa6 314a5d c3b60b 42c8f2 617133 a5c282 399c24 d26b5a 0b82b3 c9570a",
    "237481 b34460 614076 908df8 1d5a11 3843a3 e6aaa6 bf41cf cb9ab6 98015e bb51a9 4dd166 42745d e28cd1 6a945b 4e5029",
    "89cb44 a26a74 d6817d 5d8533 5eaa48 a675c4 876347 5ba4a5 b4bd91 31af1a 244e86 76506e 713e4e d06f02 745720 75906b",
    "c3708a e0b160 a86b49 7db769 cf78d8 936019 d8b644 a98fb7 7b2986 8fc4aa 3d4fc6 d2aae8 3a58a7 b43a8b 55476c 37a997",
    "cf8ff6 aa77ae 0f584d 80390d 7bc5c5 9c16ae 8e292e 75609b 588cc7 c38993 99547e e7576c cf8a2d 72a73c 92106c 29b9c5",
    "865eef 82739b d88354 d4a037 1958ba b2a97d 783660 7b923a 218b53 8db28e 67ce75 535a81 d34d22 0e5933 c643b2 539488",
    "a1516c 787f25 d19d8b e4a9b9 a3b111 8b2e23 e96cbb a49a58 85a263 5d4c10 066949 d080a3 bb4032 c011ac 764893 7ccd26",
    "8a598e 668246 902539 507352 338865 c5ba77 924254 8cb560 5c5fc4 679375 83c5b8 831792 b760f2 a0a6d1 33756a 5fa1ba",
    "44819d 925f35 12d295 842fbe b470bb 93c85b 948b0c a6c451 47c8e6 848d63 1470a5 824877 8995d5 2c738a c2354f b39370",
    "a6b039 3a551c ab6c06 563b9b 7758bc 9d8749 8a5d77 905e54 4d873c 0d6577 a08731 8e234f 48949b 586a92 b08ac6 c83027",
    "8f473b c57080 9e6e5d b375a6 bb6041 c75ed4 7370c3 abc267 38b1fe 7dc3d7 8b50b2 ad4f15 75c9a3 a5c199 54ce9c 56447c",
    "85a07a c2315e 5f704a aaad69 a57c9c a650e0 d1add3 f68f2e 99c489 6240cd 7bbff9 1a6661 90425d 8657a4 a36e43 846fab",
    "6b3392 e016a8 4e7524 51846c 378491 577338 866bbc 6a5378 731dae c4546f 8039b0 793e01 a41a92 c35857 5dbd45 723f43",
    "95b273 6eb5ae 49cbcc 5e7ba2 7a4b7f 7b42a2 b2607b 69a491 f3a68b 7fb49a b19640 d499a3 277576 96a028 2b6655 a45602",
    "ad58b6 a26596 977256 777bfa b37b77 6eba58 8dc691 c38a86 5e9563 ad2dbe 245741 906ca5 881e7a 7b533d cb82ad 1fd457",
    "9fc635 7654cd 9c5941 c8a501 a13646 304f73 398585 2b7a1a dab192 2541b5 6e4334 723968 925c5f ad4678 852966 863319",
  ],
  dark: [
    "629af0 ffb372 6ed0a0 da513c 7666ef a0746a e37db6 f2e7e8 e5d84a 57d2ed 8a9a59 c1de9c 62c249 fb8f7c 4ea9dc f87e35",
    "539eab e26f88 916da6 b9b1ff 4e893d 6e6fd6 ffc7c3 eb6cf9 ebb8d5 ce478c e679d2 6dee80 6a9e85 fdaeed 8db97d 7c7d53",
    "a5e75f cb909a fba29d 84ac58 80cc68 cc99ea b38b6e 7dc6c7 d0d9ac 5cd241 597bb7 a37b9a a26b7b fb9332 a38149 98b48e",
    "ea94ae fecc7a d3916d 9bd686 f399fc c18841 f6d15f cbb0d9 ae59b7 aae0c5 7479f7 ebc8fe 6c82d7 e367b6 83739b 5ecbb8",
    "e5b6ff d09bd4 44867a b56638 97e1e1 ce50de c45958 9f88c7 7fb0ed e6aab4 c57da8 fb8c96 f5ab4e 94c95c c74c9b 56d8e4",
    "b18cfc a999c3 fea473 f6be55 5c82eb d1c89a aa648e a0b65c 50b378 abd1ac 84eb8f 7f85ae fe784b 43885e f26edb 77b9ac",
    "ce7a95 a0a64b f1bba9 ffc5d5 c3d03a c15d4c ff99d6 c7bb77 a6c483 8e793c 429673 f4a1c5 ed6b57 f051d8 a473c2 99ea46",
    "b582b9 8ca96a c65664 789c79 5cb08a e2d691 c36d7e aad47d 8a87f2 8ab798 9ee1d4 b74fc4 d591ff bfc4f1 5d9f93 81c3dd",
    "6da8c5 bf875b 47efb0 b55eef da94e1 afe475 bbaf39 c2e06b 7ae3fe a8b185 5199d1 b073a4 abb6f8 5a9cb4 f36376 d6b490",
    "c6cf57 678347 d79235 8868ce a380e9 c3ab6b b585a0 bc867b 74af60 4891a4 c7ab53 c3557c 6eb9c0 8193bd d3abe9 fb5f4c",
    "c07264 ed94a3 c79482 d999cb e78665 ef83fb 9c96ed c7de81 9bccfc 99dff3 b779df de783d 91e5be c0ddb4 72ebb7 8570ad",
    "a6c29a f36086 889971 c9cc86 caa0c1 cb80fb edc8ef ffb880 b4e0a4 956bff b5d8fc 4c928c c06d88 b180d0 cd9467 ac95d4",
    "9d61c4 ff66c9 779f4b 77ab92 61abb8 809c5e ae91e6 967ea5 a751e2 f07c95 b066e0 ae6a30 d652c1 f07f7b 7ddd63 a36c6f",
    "b3d190 8cd4cd 6ae7e8 85a1ca a876ac aa6dd1 dc86a1 8ac6b2 fec8b6 9dd3b8 d5b760 f4b7c1 559f9f b9c14a 57927f d47e32",
    "d77fdf cb8bbe c0987b a9a3ff d99f9a 8dd975 a8e2ac e7aba7 81ba85 dc5eeb 52856d b892ce bc52aa aa7d66 efa3cf 4ef171",
    "bce252 a37cfb ca8167 eac333 d4636f 5f7ca3 62acac 58a443 f7ccad 666de9 9f6f5f a36697 be8487 db70a1 b85995 bc6143",
  ],
} as const;
